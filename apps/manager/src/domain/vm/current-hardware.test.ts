import assert from "node:assert/strict";
import { test } from "node:test";
import { GiB } from "@yagura/std/units.ts";
import { currentHardware, hardwareWhileRunning } from "./current-hardware.ts";
import { hardwareDefaults } from "./vm-hardware.ts";

const running = { ...hardwareDefaults, memoryBytes: 2 * GiB };
const displays = [] as const;

test("a VM has what its guest was started with as long as it may run, and then what it will be started with", () => {
  const hardware = hardwareDefaults;
  for (const status of ["up", "paused", "unknown", "wait_for_launch"] as const) {
    assert.equal(currentHardware({ run: { status, displays, hardware: running }, hardware }), running, status);
  }
  assert.equal(currentHardware({ run: { status: "up", displays }, hardware }), hardware);
  assert.equal(currentHardware({ run: { status: "down", displays, hardware: running }, hardware }), hardware);
});

test("of a running guest only what concerns its restart changes at once", () => {
  const changed = { ...hardwareDefaults, memoryBytes: 3 * GiB, isHighlyAvailable: true, haPriority: 50 };
  assert.deepEqual(hardwareWhileRunning(running, changed), { ...running, isHighlyAvailable: true, haPriority: 50 });
});
