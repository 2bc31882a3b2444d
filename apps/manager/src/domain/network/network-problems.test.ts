import assert from "node:assert/strict";
import { test } from "node:test";
import type { NetworkId } from "@yagura/std/ids.ts";
import type { Network } from "./network.ts";
import { changeProblems, labelProblems, networkConflicts, networkProblems, vdsmNameOf } from "./network-problems.ts";

const id = "0123abcd-4567-89ab-8000-000000000001" as NetworkId;

function network(differences: Partial<Network> = {}): Network {
  const plain = { id, name: "blue", vdsmName: "blue", description: "", comment: "" };
  const bare = { mtuBytes: 0, isVmNetwork: true, hasStp: false, isPortIsolated: false, nameServers: [] };
  return { ...plain, ...bare, dataCenterId: id as unknown as Network["dataCenterId"], ...differences };
}

test("hosts call a network by its name if a bridge can be called so", () => {
  assert.equal(vdsmNameOf({ id, name: "blue_1-a" }), "blue_1-a");
  for (const name of ["sixteen-letters-", "two words", "青"]) assert.equal(vdsmNameOf({ id, name }), "on0123abcd45678");
});

const bad: readonly (readonly [Partial<Network>, RegExp])[] = [
  [{ name: "" }, /must not be empty/],
  [{ name: "Bond7" }, /cannot start with 'bond'/],
  [{ vlanTag: 4095 }, /between 0 and 4094/],
  [{ mtuBytes: 67 }, /An MTU is a number/],
  [{ hasStp: true, isVmNetwork: false }, /STP can only be enabled/],
  [{ isPortIsolated: true, isVmNetwork: false }, /Port isolation can only/],
  [{ nameServers: ["dns.example"] }, /dns.example is not an IP address/],
];
for (const [differences, problem] of bad) {
  test(`a network with ${JSON.stringify(differences)} cannot be`, () => {
    assert.match(networkProblems(network(differences)).join(), problem);
  });
}

test("an ordinary network can be, beside others with other names and VLANs", () => {
  const green = network({ name: "green", vdsmName: "on1", vlanTag: 7 });
  assert.deepEqual(networkProblems(network({ vlanTag: 0, nameServers: ["192.0.2.1", "2001:db8::1"] })), []);
  assert.deepEqual(networkConflicts(network({ vlanTag: 8 }), [green]), []);
  assert.match(networkConflicts(network({ vlanTag: 7 }), [green]).join(), /VLAN ID \(7\) is already in use/);
  assert.match(networkConflicts(network({ name: "green" }), [green]).join(), /'green' is already used/);
  assert.match(
    networkConflicts(network({ vdsmName: "on1" }), [green]).join(),
    /on-host identifier of the network: green/,
  );
});

test("the management network keeps its name, and every network whether its ports are isolated", () => {
  const management = network({ name: "ovirtmgmt" });
  assert.match(changeProblems(management, network()).join(), /keeps its name/);
  assert.match(changeProblems(network(), network({ isPortIsolated: true })).join(), /cannot be updated after/);
});

test("a label is one word", () => {
  assert.deepEqual(labelProblems("lab_1-a"), []);
  for (const label of ["", "a b", "ü"]) assert.equal(labelProblems(label).length, 1, label);
});
