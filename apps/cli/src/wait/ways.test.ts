import assert from "node:assert/strict";
import { test } from "node:test";
import { hostWayToMaintenance, hostWayUp, newWayThroughReboot, wayDown, wayUp } from "./ways.ts";

test("a VM on its way up rests when it is down or paused, and moves in all statuses between", () => {
  assert.equal(wayUp("up").is, "there");
  for (const status of ["down", "paused", "suspended"] as const) assert.equal(wayUp(status).is, "resting");
  for (const status of ["wait_for_launch", "powering_up", "unknown", undefined] as const) {
    assert.equal(wayUp(status).is, "moving");
  }
});

test("a guest that ignores its shutdown is still awaited", () => {
  assert.equal(wayDown("up").is, "moving");
  assert.equal(wayDown("down").is, "there");
});

test("a VM has rebooted when it was away and is up again, or when nobody can have seen it", () => {
  const way = newWayThroughReboot();
  assert.deepEqual(
    (["up", "reboot_in_progress", "powering_up", "up"] as const).map((status) => way(status).is),
    ["moving", "moving", "moving", "there"],
  );
  const unseen = newWayThroughReboot();
  const looks = Array.from({ length: 11 }, () => unseen("up").is);
  assert.deepEqual([looks.indexOf("there"), looks.at(-1)], [10, "there"]);
  const failed = newWayThroughReboot();
  assert.deepEqual(
    (["up", "down"] as const).map((status) => failed(status).is),
    ["moving", "resting"],
  );
});

test("a host rests where it cannot come from by itself", () => {
  assert.equal(hostWayUp("up").is, "there");
  for (const status of ["non_operational", "install_failed", "maintenance"] as const) {
    assert.equal(hostWayUp(status).is, "resting");
  }
  for (const status of ["installing", "initializing", "non_responsive"] as const) {
    assert.equal(hostWayUp(status).is, "moving");
  }
  assert.equal(hostWayToMaintenance("maintenance").is, "there");
  assert.equal(hostWayToMaintenance("preparing_for_maintenance").is, "moving");
  assert.equal(hostWayToMaintenance("up").is, "resting");
});
