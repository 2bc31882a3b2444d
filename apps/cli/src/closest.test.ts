import assert from "node:assert/strict";
import { test } from "node:test";
import { closest, didYouMean } from "./closest.ts";

test("closest finds the word that was meant, however it is written", () => {
  const words = ["vms", "hosts", "storagedomains", "diskattachments"];
  assert.equal(closest("vmss", words), "vms");
  assert.equal(closest("Storage_Domains", words), "storagedomains");
  assert.equal(closest("diskatachment", words), "diskattachments");
  assert.equal(closest("hotss", words), "hosts");
  assert.equal(closest("quotas", words), undefined);
  assert.equal(closest("x".repeat(100_000), words), undefined);
});

test("didYouMean says what else to do", () => {
  assert.equal(didYouMean("hots", ["hosts"], "See: yagura describe"), "Did you mean hosts? See: yagura describe");
  assert.equal(didYouMean("zzz", ["hosts"], "See: yagura describe"), "See: yagura describe");
});
