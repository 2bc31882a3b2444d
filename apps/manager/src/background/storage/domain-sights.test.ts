import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostId } from "@yagura/std/ids.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { DomainSights } from "./domain-sights.ts";

const hostId = "a" as HostId;
const well = new Map([["data", { isValid: true, isAcquired: true, delayMs: 1 }]]);

test("what a host said is of no use after a while", async () => {
  const clock = new FakeClock();
  const sights = new DomainSights(clock);
  sights.record(hostId, well);
  for (let seconds = 0; seconds < 18; seconds += 3) {
    await clock.advance(3_000);
    assert.equal(sights.of(hostId)?.get("data")?.isValid, true);
  }
  await clock.advance(3_000);
  assert.equal(sights.of(hostId), undefined);
});

test("a Manager that stood still for minutes takes no host for silent", async () => {
  const clock = new FakeClock();
  const sights = new DomainSights(clock);
  sights.record(hostId, well);
  await clock.advance(3_000);
  assert.equal(sights.of(hostId)?.get("data")?.isValid, true);
  await clock.advance(5 * 60_000);
  assert.equal(sights.of(hostId)?.get("data")?.isValid, true);
});
