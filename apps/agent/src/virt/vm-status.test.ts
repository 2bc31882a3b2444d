import assert from "node:assert/strict";
import { test } from "node:test";
import { nextVmStatus, type VmStatus, type VmStatusEvent } from "./vm-status.ts";

const stories: Record<string, [VmStatus, VmStatusEvent[], VmStatus]> = {
  "an ordinary start ends in Up": ["WaitForLaunch", ["launched", "settled"], "Up"],
  "a start with launchPaused waits in Paused": ["WaitForLaunch", ["launched-paused"], "Paused"],
  "a guest paused while it boots goes on booting": ["Powering up", ["suspended", "resumed-early"], "Powering up"],
  "a reboot passes through Powering up": ["Up", ["reboot-asked", "rebooted", "settled"], "Up"],
  "a guest that ignores the power button is Up again": ["Up", ["shutdown-asked", "shutdown-given-up"], "Up"],
  "a VM that failed to start is Down": ["WaitForLaunch", ["stopped"], "Down"],
  "Down is final, whatever comes late": ["Down", ["resumed", "launched", "settled", "rebooted"], "Down"],
  "a late resume does not undo a shutdown": ["Powering down", ["resumed"], "Powering down"],
};

for (const [name, [from, events, expected]] of Object.entries(stories)) {
  test(`nextVmStatus: ${name}`, () => {
    assert.equal(events.reduce(nextVmStatus, from), expected);
  });
}
