import assert from "node:assert/strict";
import { test } from "node:test";
import type { DataCenterId, HostId, StorageDomainId } from "@yagura/std/ids.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { DomainSights } from "./domain-sights.ts";

const hostId = "a" as HostId;
const dataCenterId = "dc" as DataCenterId;
const well = new Map([["data", { isValid: true, isAcquired: true, code: 0, delayMs: 1 }]]);
const lost = new Map([["data", { isValid: false, isAcquired: true, code: 384, delayMs: 1 }]]);

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

test("a host sees a domain since it saw it first, and after a silence since it said so again", async () => {
  const clock = new FakeClock();
  const sights = new DomainSights(clock);
  const forMs = () => sights.of(hostId)?.get("data")?.forMs;
  sights.record(hostId, well);
  await clock.advance(3_000);
  sights.record(hostId, well);
  assert.equal(forMs(), 3_000);
  await clock.advance(3_000);
  sights.record(hostId, lost);
  assert.equal(forMs(), 0);
  await clock.advance(3_000);
  sights.record(hostId, well);
  for (let seconds = 0; seconds < 24; seconds += 3) {
    await clock.advance(3_000);
    sights.of(hostId);
  }
  sights.record(hostId, well);
  assert.equal(forMs(), 0);
});

test("what a host says is wrong with a domain is told in words", () => {
  const sights = new DomainSights(new FakeClock());
  sights.record(hostId, lost);
  assert.match(sights.of(hostId)?.get("data")?.trouble ?? "", /its export/);
  sights.record(hostId, well);
  assert.equal(sights.of(hostId)?.get("data")?.trouble, undefined);
});

test("nobody tells of a domain since the first look at which nobody did", async () => {
  const clock = new FakeClock();
  const sights = new DomainSights(clock);
  const [one, other] = [{ id: "data" as StorageDomainId }, { id: "other" as StorageDomainId }];
  const untold = (...domains: (typeof one)[]) => Object.fromEntries(sights.untoldForMs(dataCenterId, domains));
  assert.deepEqual(untold(one), { data: 0 });
  await clock.advance(3_000);
  assert.deepEqual(untold(one, other), { data: 3_000, other: 0 });
  assert.deepEqual(untold(other), { other: 0 });
  await clock.advance(3_000);
  assert.deepEqual(untold(one, other), { data: 0, other: 3_000 });
  sights.forgetDataCenter(dataCenterId);
  assert.deepEqual(untold(other), { other: 0 });
});
