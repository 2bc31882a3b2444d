import assert from "node:assert/strict";
import { test } from "node:test";
import { decideKvm } from "./kvm-support.ts";

test("decideKvm wants both the CPU's flag and a device that opens", () => {
  assert.deepEqual(decideKvm(["fpu", "svm"], undefined), { isUsable: true });
  assert.equal(decideKvm(["vmx"], "EACCES: permission denied").isUsable, false);
});

test("decideKvm does not believe a /dev/kvm on a CPU without VT or AMD-V", () => {
  assert.deepEqual(decideKvm(["fpu"], undefined), {
    isUsable: false,
    because: "the CPU shows neither Intel VT (vmx) nor AMD-V (svm)",
  });
});
