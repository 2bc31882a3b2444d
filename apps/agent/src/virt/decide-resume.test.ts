import assert from "node:assert/strict";
import { test } from "node:test";
import { decideResume, isIoErrorPause, type PausedVmView, readResumeBehaviour } from "./decide-resume.ts";

const paused: PausedVmView = {
  pauseCode: "EIO",
  behaviour: "auto_resume",
  pausedForMs: 10_000,
  storage: "valid",
  restMs: 0,
  ioTimeoutMs: 10_000,
};

const scenarios: Record<string, [Partial<PausedVmView>, string]> = {
  "resumes a VM whose storage is back": [{}, "resume"],
  "resumes it after any time": [{ pausedForMs: 1e9 }, "resume"],
  "waits as long as the storage is away": [{ storage: "invalid" }, "wait"],
  "waits until somebody has looked at the storage": [{ storage: "not seen" }, "wait"],
  "leaves a VM paused that is to be left so": [{ behaviour: "leave_paused" }, "wait"],
  "waits for space when that was missing": [{ pauseCode: "ENOSPC", freeBytes: 4096 }, "wait"],
  "waits for space as long as nobody knows of it": [{ pauseCode: "ENOSPC" }, "wait"],
  "resumes a VM when there is space again": [{ pauseCode: "ENOSPC", freeBytes: 1e9 }, "resume"],
  "does not resume on a full domain that is not there": [
    { pauseCode: "ENOSPC", freeBytes: 1e9, storage: "invalid" },
    "wait",
  ],
  "lets a VM rest that was paused again at once": [{ restMs: 1 }, "wait"],
  "resumes a VM of the third kind in time": [{ behaviour: "kill", pausedForMs: 80_000 }, "resume"],
  "kills it when its lease may be somebody else's": [{ behaviour: "kill", pausedForMs: 80_001 }, "kill"],
  "kills it also while the storage is away": [{ behaviour: "kill", pausedForMs: 80_001, storage: "invalid" }, "kill"],
  "kills it earlier where leases are shorter": [{ behaviour: "kill", pausedForMs: 16_001, ioTimeoutMs: 2000 }, "kill"],
};
for (const [name, [different, expected]] of Object.entries(scenarios)) {
  test(`decideResume ${name}`, () => assert.equal(decideResume({ ...paused, ...different }).do, expected));
}

test("an unknown behaviour counts as the default", () => {
  const words = ["auto_resume", "leave_paused", "kill", "dance", undefined];
  const read = ["auto_resume", "leave_paused", "kill", "auto_resume", "auto_resume"];
  assert.deepEqual(words.map(readResumeBehaviour), read);
});

test("a pause that a person asked for is no I/O error", () => {
  const codes = ["NOERR", "EIO", "ENOSPC", "EOTHER", "POSTCOPY"] as const;
  assert.deepEqual(codes.filter(isIoErrorPause), ["EIO", "ENOSPC", "EOTHER"]);
});
