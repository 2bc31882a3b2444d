import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseAgentPort, OtherAgentPort } from "./services.ts";

test("chooseAgentPort keeps to the port the host is registered with", () => {
  assert.equal(chooseAgentPort(undefined, undefined), 54_321);
  assert.equal(chooseAgentPort(7000, undefined), 7000);
  assert.equal(chooseAgentPort(undefined, 7000), 7000);
  assert.equal(chooseAgentPort(7000, 7000), 7000);
  assert.equal(chooseAgentPort(0, 7000), 7000);
  assert.throws(() => chooseAgentPort(8000, 7000), OtherAgentPort);
});
