import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClusterId, NetworkId } from "@yagura/std/ids.ts";
import { planUsages } from "./cluster-usages.ts";
import type { ClusterNetwork, NetworkUsage } from "./network.ts";

function use(name: string, ...usages: NetworkUsage[]): ClusterNetwork {
  return { clusterId: "c" as ClusterId, networkId: name as NetworkId, isRequired: false, usages };
}
const blue = "blue" as NetworkId;
const management = use("mgmt", "default_route", "display", "management", "migration", "vm");

function told(uses: readonly ClusterNetwork[]): readonly string[] {
  return uses.map(({ networkId, usages }) => `${networkId}: ${usages.join(" ")}`);
}

test("a role that a network takes is lost by the one that had it", () => {
  const planned = planUsages([management, use("blue", "vm")], blue, { usages: ["vm", "display"] });
  assert.deepEqual(told(planned), ["mgmt: default_route management migration vm", "blue: display vm"]);
});

test("a role that a network gives up goes back to the management network", () => {
  const uses = [use("mgmt", "default_route", "management", "vm"), use("blue", "display", "migration", "vm")];
  const planned = planUsages(uses, blue, { usages: ["migration"] });
  assert.deepEqual(told(planned), ["mgmt: default_route display management vm", "blue: migration vm"]);
});

test("what is not said stays, and the management role cannot be taken", () => {
  const uses = [management, use("blue", "vm")];
  assert.deepEqual(planUsages(uses, blue, {}), []);
  assert.deepEqual(planUsages(uses, blue, { usages: ["management"] }), []);
  assert.deepEqual(planUsages(uses, blue, { isRequired: true }), [{ ...use("blue", "vm"), isRequired: true }]);
});
