import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@yagura/std/clock.ts";
import { type HostSample, readHostSample } from "./host-sample.ts";
import { computeHostUsage } from "./host-usage.ts";

const sample = (changes: Partial<HostSample> = {}): HostSample => ({
  monotonicMs: 0,
  timeMs: 1_000_000,
  cpu: { all: { user: 0, system: 0, idle: 0 }, cores: new Map() },
  own: { userUs: 0, systemUs: 0 },
  memory: new Map(),
  interfaces: new Map(),
  loadAverage: 0,
  uptimeSeconds: 100,
  ksm: { isRunning: false, pages: 0, mergesAcrossNodes: true },
  hugePages: "never",
  ...changes,
});

test("computeHostUsage splits the time between two samples", () => {
  const ticks = { user: 20, system: 10, idle: 70 };
  const last = sample({ monotonicMs: 1000, cpu: { all: ticks, cores: new Map([[0, ticks]]) } });
  const usage = computeHostUsage(
    last,
    sample({ cpu: { all: { user: 0, system: 0, idle: 0 }, cores: new Map([[0, { user: 0, system: 0, idle: 0 }]]) } }),
  );
  assert.deepEqual(usage.cpu, { userPercent: 20, systemPercent: 10, idlePercent: 70 });
  assert.deepEqual(usage.cores.get(0), usage.cpu);
  assert.equal(usage.bootedAtMs, 900_000);
});

test("computeHostUsage counts caches as free memory", () => {
  const memory = new Map([
    ["MemTotal", 1000],
    ["MemFree", 100],
    ["Buffers", 100],
    ["Cached", 300],
  ]);
  assert.equal(computeHostUsage(sample({ memory })).memory.usedPercent, 50);
});

test("a host with one sample is idle, not broken", () => {
  assert.deepEqual(computeHostUsage(sample()).cpu, { userPercent: 0, systemPercent: 0, idlePercent: 100 });
});

test("readHostSample finds this machine's memory and CPUs", async () => {
  const found = await readHostSample(systemClock);
  assert.ok((found.memory.get("MemTotal") ?? 0) > 0);
  assert.ok(found.cpu.cores.size > 0);
});
