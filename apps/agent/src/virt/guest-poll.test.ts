import assert from "node:assert/strict";
import { test } from "node:test";
import { decideGuestQueries, guestInfoBitsOf } from "./guest-poll.ts";

const settled = { connectedAtMs: 0, hasAddress: true, failures: 0, failedAtMs: 0 };

test("a guest that just connected is asked everything", () => {
  assert.deepEqual(decideGuestQueries({ ...settled, nowMs: 1, askedAtMs: {} }), [
    "capabilities",
    "system",
    "users",
    "fileSystems",
    "vcpus",
  ]);
});

test("while it boots a guest is asked for its addresses every ten seconds, later every two minutes", () => {
  const asked = (at: number) => ({ capabilities: at, system: at, users: at, fileSystems: at, vcpus: at });
  assert.ok(decideGuestQueries({ ...settled, nowMs: 30_000, askedAtMs: asked(20_000) }).includes("system"));
  assert.deepEqual(decideGuestQueries({ ...settled, nowMs: 1_010_000, askedAtMs: asked(1_000_000) }), ["users"]);
  assert.ok(decideGuestQueries({ ...settled, nowMs: 1_120_000, askedAtMs: asked(1_000_000) }).includes("system"));
});

test("a guest that boots and has no address yet is asked for it every two seconds", () => {
  const at = { capabilities: 20_000, system: 20_000, users: 20_000, fileSystems: 20_000, vcpus: 20_000 };
  assert.deepEqual(decideGuestQueries({ ...settled, hasAddress: false, nowMs: 22_000, askedAtMs: at }), ["system"]);
  assert.deepEqual(decideGuestQueries({ ...settled, hasAddress: true, nowMs: 22_000, askedAtMs: at }), []);
});

test("a silent guest is left alone longer and longer, at most a minute", () => {
  const view = { connectedAtMs: 0, hasAddress: true, failedAtMs: 0, askedAtMs: {} };
  assert.deepEqual(decideGuestQueries({ ...view, failures: 3, nowMs: 19_000 }), []);
  assert.notDeepEqual(decideGuestQueries({ ...view, failures: 3, nowMs: 20_000 }), []);
  assert.notDeepEqual(decideGuestQueries({ ...view, failures: 30, nowMs: 60_000 }), []);
});

test("only what the guest's agent can do is asked", () => {
  assert.equal(guestInfoBitsOf(["system"], new Set(["guest-get-host-name", "guest-get-osinfo"])), 2 | 8);
  assert.equal(guestInfoBitsOf(["users", "vcpus"], new Set()), 0);
});
