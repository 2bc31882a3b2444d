import assert from "node:assert/strict";
import { test } from "node:test";
import { eventCatalogue } from "./catalogue.ts";
import { describeEvent } from "./describe-event.ts";

test("every event has a code of its own, and codes are integers", () => {
  const codes = Object.values(eventCatalogue).map(({ code }) => code);
  assert.equal(new Set(codes).size, codes.length);
  assert.ok(codes.every((code) => Number.isInteger(code) && code > 0));
});

test("events that clients wait for keep oVirt's codes", () => {
  const { vmStarted, hostMaintenanceFailed, vmAdded, hostRegistered } = eventCatalogue;
  assert.deepEqual(
    [vmStarted, hostMaintenanceFailed, vmAdded, hostRegistered].map(({ code }) => code),
    [32, 17, 34, 828],
  );
});

test("describeEvent names the subjects in the sentence and by id", () => {
  const refs = {
    user: { id: "u", name: "admin@internal" },
    vm: { id: "v", name: "demo" },
    host: { id: "h", name: "one" },
  };
  assert.deepEqual(describeEvent("vmStarted", { refs }), {
    code: 32,
    severity: "normal",
    text: "VM demo was started by admin@internal on host one.",
    refs,
  });
});

test("describeEvent leaves no hole where a word is missing, and says when nobody asked", () => {
  const refs = { vm: { id: "v", name: "demo" }, host: { id: "h", name: "one" } };
  assert.equal(describeEvent("vmDown", { refs }).text, "VM demo is down.");
  assert.equal(describeEvent("hostActivated", { refs }).text, "The system activated host one.");
});

test("describeEvent does not take a word from the prototype, and does not expand what it inserted", () => {
  const refs = { vm: { id: "v", name: "{host}{constructor}" } };
  assert.equal(describeEvent("vmDown", { refs }).text, "VM {host}{constructor} is down.");
});

test("describeEvent cuts a text that would fill the database", () => {
  assert.equal(describeEvent("externalNormal", { details: { text: "x".repeat(100_000) } }).text.length, 4000);
});
