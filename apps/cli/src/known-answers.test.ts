import assert from "node:assert/strict";
import { test } from "node:test";
import { findKnownAnswer } from "./known-answers.ts";

test("a domain of another data center, and a VM on a silent host, are answered with the command for it", () => {
  const foreign = "It belongs to x. If no host uses it there any more, confirm that: attach it with force=true.";
  assert.match(findKnownAnswer(foreign) ?? "", /--take-over/);
  const unknown = "[Cannot run VM. VM may be running on a Host that does not answer.]";
  assert.match(findKnownAnswer(unknown) ?? "", /confirm-reboot/);
  assert.equal(findKnownAnswer("VM is running."), undefined);
});
