import assert from "node:assert/strict";
import { test } from "node:test";
import { decideExit, type StopFacts } from "./vm-exit.ts";

const cases: Record<string, [StopFacts, string]> = {
  "a guest that powers itself off": [{ detail: "shutdown", poweredOffBy: "guest" }, "0 userShutdown"],
  "a guest that was asked to": [{ detail: "shutdown", poweredOffBy: "guest", asked: "shutdown" }, "0 adminShutdown"],
  "a destroy of ours": [{ detail: "destroyed", asked: "destroy" }, "0 adminShutdown"],
  "a destroy by somebody else": [{ detail: "destroyed" }, "1 lostQemuConnection"],
  "QEMU ended by SIGTERM": [{ detail: "shutdown", poweredOffBy: "host" }, "1 hostShutdown"],
  "QEMU killed": [{ detail: "failed" }, "1 lostQemuConnection"],
  "a reboot of a VM that must not reboot": [{ detail: "destroyed", asked: "reboot-destroy" }, "0 destroyedOnReboot"],
  "a migration": [{ detail: "migrated" }, "0 migrationSucceeded"],
  "a domain that ended while nobody looked": [{ detail: "unknown" }, "1 lostQemuConnection"],
};

for (const [name, [facts, expected]] of Object.entries(cases)) {
  test(`decideExit: ${name}`, () => {
    const exit = decideExit(facts);
    assert.equal(`${exit.code} ${exit.reason}`, expected);
  });
}
