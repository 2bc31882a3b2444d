import assert from "node:assert/strict";
import { test } from "node:test";
import { findId } from "@yagura/std/ids.ts";
import { derivedId } from "./derived-id.ts";

const [one, two] = ["cccccccc-0000-4000-8000-000000000001", "cccccccc-0000-4000-8000-000000000002"];

test("the same part of the same thing has the same id, and no other has it", () => {
  const id = derivedId(one, "nic", "eth0");
  assert.equal(findId(id), id);
  assert.equal(derivedId(one, "nic", "eth0"), id);
  const others = [derivedId(two, "nic", "eth0"), derivedId(one, "nic", "eth1"), derivedId(one, "numa node", "eth0")];
  assert.equal(new Set([id, ...others]).size, 4);
});

test("it is the UUID of version 5 that other programs make of the same", () => {
  // python3 -c 'import uuid; print(uuid.uuid5(uuid.UUID("cccccccc-0000-4000-8000-000000000001"), "nic:eth0"))'
  assert.equal(derivedId(one, "nic", "eth0"), "cf5eeffe-bbec-5e68-9584-ec9366b3bb8e");
});
