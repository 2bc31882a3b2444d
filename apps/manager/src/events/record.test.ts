import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { eventCatalogue } from "./catalogue.ts";
import { describeEvent, type EventRecord, recordEvent } from "./record.ts";

test("every event has a code of its own, and codes are integers", () => {
  const codes = Object.values(eventCatalogue).map(({ code }) => code);
  assert.equal(new Set(codes).size, codes.length);
  assert.ok(codes.every((code) => Number.isInteger(code) && code > 0));
});

test("events that clients wait for keep oVirt's codes", () => {
  assert.deepEqual(
    [eventCatalogue.vmStarted, eventCatalogue.hostMaintenanceFailed, eventCatalogue.vmAdded].map(({ code }) => code),
    [32, 17, 34],
  );
});

test("describeEvent names the subjects in the sentence and by id", () => {
  const event = describeEvent(
    {
      name: "vmStarted",
      user: { id: "u", name: "admin@internal" },
      vm: { id: "v", name: "demo" },
      host: { id: "h", name: "one" },
      correlationId: "abc",
    },
    7,
  );
  assert.equal(event.description, "VM demo was started by admin@internal on host one.");
  assert.deepEqual([event.vmId, event.hostId, event.userId, event.clusterId], ["v", "h", "u", undefined]);
  assert.deepEqual([event.timeMs, event.correlationId, event.severity], [7, "abc", "normal"]);
});

test("describeEvent leaves no hole where a word is missing", () => {
  const event = describeEvent({ name: "vmDown", vm: { id: "v", name: "demo" } }, 0);
  assert.equal(event.description, "VM demo is down.");
  const activated = describeEvent({ name: "hostActivated", host: { id: "h", name: "one" } }, 0);
  assert.equal(activated.description, "The system activated host one.");
});

test("describeEvent does not take a word from the prototype, and does not expand what it inserted", () => {
  const event = describeEvent({ name: "vmDown", vm: { id: "v", name: "{host}{constructor}" } }, 0);
  assert.equal(event.description, "VM {host}{constructor} is down.");
});

test("describeEvent cuts a text that would fill the database", () => {
  const event = describeEvent({ name: "externalNormal", details: { text: "x".repeat(100_000) } }, 0);
  assert.equal(event.description.length, 4000);
});

test("recordEvent stores the time of the clock and returns the id", async () => {
  const stored: EventRecord[] = [];
  const writer = { insertEvent: async (event: EventRecord) => stored.push(event) };
  assert.equal(await recordEvent(writer, new FakeClock(5), { name: "managerStarted" }), 1);
  assert.equal(stored[0]?.timeMs, 5);
});
