import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { permitNames } from "./permits.ts";
import { type Access, type Actor, decideAccess, isAdministrator, type ObjectRef, systemObject } from "./policy.ts";
import { findRoleByName, predefinedRoles } from "./roles.ts";

const dataCenter: ObjectRef = { kind: "data-center", id: "dc" };
const cluster: ObjectRef = { kind: "cluster", id: "c" };
const vm: ObjectRef = { kind: "vm", id: "v" };
const vmChain = [vm, cluster, dataCenter, systemObject];

function actor(...grants: [role: string, object: ObjectRef][]): Actor {
  return {
    userId: "u",
    userName: "u@internal",
    grants: grants.map(([name, object]) => ({ roleId: findRoleByName(name)?.id ?? "unknown", object })),
  };
}

const cases: Record<string, [Actor, Parameters<typeof decideAccess>[1], readonly ObjectRef[], Access]> = {
  "hides everything from who has nothing": [actor(), "see", vmChain, "hidden"],
  "hides it also when he wants to change it": [actor(), "run_vm", vmChain, "hidden"],
  "lets the super user do anything": [actor(["SuperUser", systemObject]), "delete_vm", vmChain, "allowed"],
  "lets a role on the object act": [actor(["UserRole", vm]), "run_vm", vmChain, "allowed"],
  "forbids what the role lacks": [actor(["UserRole", vm]), "delete_vm", vmChain, "forbidden"],
  "shows the object of a role": [actor(["UserRole", vm]), "see", vmChain, "allowed"],
  "inherits from the cluster": [actor(["ClusterAdmin", cluster]), "delete_vm", vmChain, "allowed"],
  "inherits from the data center": [actor(["DataCenterAdmin", dataCenter]), "run_vm", vmChain, "allowed"],
  "does not leak upwards": [actor(["UserVmManager", vm]), "see", [cluster, dataCenter, systemObject], "hidden"],
  "does not leak sideways": [
    actor(["UserVmManager", vm]),
    "see",
    [{ kind: "vm", id: "w" }, cluster, dataCenter, systemObject],
    "hidden",
  ],
  "tells kinds with equal ids apart": [
    actor(["UserVmManager", { kind: "template", id: "v" }]),
    "see",
    vmChain,
    "hidden",
  ],
  "does not show children to a creator's role": [actor(["VmCreator", cluster]), "see", vmChain, "hidden"],
  "lets a creator create in the cluster": [
    actor(["VmCreator", cluster]),
    "create_vm",
    [cluster, dataCenter, systemObject],
    "allowed",
  ],
  "lets the read-only administrator see": [actor(["ReadOnlyAdmin", systemObject]), "see", vmChain, "allowed"],
  "and change nothing": [actor(["ReadOnlyAdmin", systemObject]), "run_vm", vmChain, "forbidden"],
  "gives an unknown role nothing": [actor(["NoSuchRole", systemObject]), "see", vmChain, "hidden"],
  "never takes no object for any object": [actor(["SuperUser", systemObject]), "delete_vm", [], "hidden"],
};
for (const [name, [who, permit, chain, expected]] of Object.entries(cases)) {
  test(`decideAccess ${name}`, () => assert.equal(decideAccess(who, permit, chain), expected));
}

test("decideAccess: more grants never take anything away", () => {
  const order: readonly Access[] = ["hidden", "forbidden", "allowed"];
  const grant = fc.record({
    roleId: fc.constantFrom(...predefinedRoles.map(({ id }) => id)),
    object: fc.constantFrom(vm, cluster, dataCenter, systemObject, { kind: "vm", id: "w" } as const),
  });
  fc.assert(
    fc.property(fc.array(grant), grant, fc.constantFrom("see" as const, ...permitNames), (grants, extra, permit) => {
      const before = decideAccess({ userId: "u", userName: "u", grants }, permit, vmChain);
      const after = decideAccess({ userId: "u", userName: "u", grants: [...grants, extra] }, permit, vmChain);
      assert.ok(order.indexOf(after) >= order.indexOf(before));
    }),
  );
});

test("only administrative roles make an administrator", () => {
  assert.equal(isAdministrator(actor(["UserVmManager", systemObject])), false);
  assert.equal(isAdministrator(actor(["StorageAdmin", dataCenter])), true);
});

test("predefined roles have unique ids and names", () => {
  assert.equal(new Set(predefinedRoles.map(({ id }) => id)).size, predefinedRoles.length);
  assert.equal(new Set(predefinedRoles.map(({ name }) => name)).size, predefinedRoles.length);
});
