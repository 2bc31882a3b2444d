import assert from "node:assert/strict";
import { test } from "node:test";
import { computeVmUsage } from "./vm-usage.ts";

const second = 1e9;

test("computeVmUsage splits CPU time into the guest's and QEMU's own", () => {
  const usage = computeVmUsage(
    { monotonicMs: 15_000, row: { "cpu.time": 12 * second, "cpu.user": 2 * second, "cpu.system": second } },
    { monotonicMs: 0, row: { "cpu.time": 0, "cpu.user": 0, "cpu.system": 0 } },
  );
  assert.equal(usage.systemCpuPercent, 20);
  assert.equal(usage.guestCpuPercent, 60);
});

test("computeVmUsage computes rates and latencies of disks from two samples", () => {
  const disk = (bytes: number, ops: number, times: number) => ({
    "block.count": 1,
    "block.0.name": "vda",
    "block.0.rd.bytes": bytes,
    "block.0.rd.reqs": ops,
    "block.0.rd.times": times,
  });
  const usage = computeVmUsage(
    { monotonicMs: 2000, row: disk(3000, 30, 50_000) },
    { monotonicMs: 1000, row: disk(1000, 10, 10_000) },
  );
  const [vda] = usage.disks;
  assert.equal(vda?.readBytesPerSecond, 2000);
  assert.equal(vda?.readLatencyNs, 2000);
  assert.equal(vda?.writeLatencyNs, 0);
});

test("computeVmUsage with one sample has totals and no rates", () => {
  const usage = computeVmUsage({ monotonicMs: 5, row: { "cpu.time": 5n, "net.count": 1, "net.0.name": "vnet0" } });
  assert.equal(usage.guestCpuPercent, 0);
  assert.equal(usage.nics[0]?.device, "vnet0");
});

test("computeVmUsage leaves out the guest's memory until its balloon driver speaks", () => {
  const silent = computeVmUsage({ monotonicMs: 0, row: { "balloon.current": 4096, "balloon.maximum": 8192 } });
  assert.deepEqual(silent.memory, { balloonKiB: 4096, balloonMaxKiB: 8192 });
});

test("computeVmUsage does not believe an impossible number of devices", () => {
  assert.deepEqual(computeVmUsage({ monotonicMs: 0, row: { "net.count": 4_000_000_000 } }).nics, []);
});

test("counters that go back, as after a reset, never make negative rates", () => {
  const usage = computeVmUsage(
    { monotonicMs: 2000, row: { "cpu.time": 1 } },
    { monotonicMs: 1000, row: { "cpu.time": 100 } },
  );
  assert.equal(usage.guestCpuPercent, 0);
});
