import assert from "node:assert/strict";
import { test } from "node:test";
import { readDomainState, readIoErrorReason, readLifecycleEvent, readShutoffReason } from "./domain-events.ts";

test("readLifecycleEvent tells how a domain stopped", () => {
  assert.deepEqual(readLifecycleEvent(5, 0), { kind: "stopped", detail: "shutdown" });
  assert.deepEqual(readLifecycleEvent(5, 1), { kind: "stopped", detail: "destroyed" });
  assert.deepEqual(readLifecycleEvent(5, 5), { kind: "stopped", detail: "failed" });
});

test("readLifecycleEvent tells a pause by request from one by an I/O error", () => {
  assert.deepEqual(readLifecycleEvent(3, 0), { kind: "suspended", because: "request" });
  assert.deepEqual(readLifecycleEvent(3, 2), { kind: "suspended", because: "io-error" });
});

test("readLifecycleEvent knows who powered the guest off", () => {
  assert.deepEqual(readLifecycleEvent(6, 1), { kind: "powering-off", by: "guest" });
  assert.deepEqual(readLifecycleEvent(6, 2), { kind: "powering-off", by: "host" });
});

test("events, details and reasons of a newer libvirt change nothing or count as unknown", () => {
  assert.deepEqual(readLifecycleEvent(77, 0), { kind: "nothing" });
  assert.deepEqual(readLifecycleEvent(5, 77), { kind: "stopped", detail: "unknown" });
  assert.equal(readShutoffReason(77), "unknown");
  assert.equal(readIoErrorReason("something new"), "EOTHER");
});

test("readDomainState tells why a domain is paused", () => {
  assert.equal(readDomainState(1, 1), "running");
  assert.equal(readDomainState(3, 1), "paused");
  assert.equal(readDomainState(3, 5), "paused-io-error");
  assert.equal(readDomainState(5, 2), "gone");
});
