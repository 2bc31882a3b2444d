import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { permits } from "../../domain/user/permits.ts";
import { predefinedRoles } from "../../domain/user/predefined-roles.ts";
import { type ObjectRef, type Role, systemObject } from "../../domain/user/user.ts";
import { type Access, decideAccess, type Grant, hasPermitAnywhere, isAdministrator } from "./policy.ts";

const dataCenter: ObjectRef = { type: "data_center", id: "dc" };
const cluster: ObjectRef = { type: "cluster", id: "c" };
const vm: ObjectRef = { type: "vm", id: "v" };
const vmChain = [vm, cluster, dataCenter, systemObject];

function role(name: string): Role {
  const found = predefinedRoles.find((each) => each.name === name);
  assert.ok(found, `there is a role ${name}`);
  return found;
}

function on(object: ObjectRef, name: string): Grant[] {
  return [{ role: role(name), object }];
}

const cases: Record<string, [Grant[], Parameters<typeof decideAccess>[1], readonly ObjectRef[], Access]> = {
  "hides everything from who has nothing": [[], "see", vmChain, "hidden"],
  "hides it also when he wants to change it": [[], "run_vm", vmChain, "hidden"],
  "lets the super user do anything": [on(systemObject, "SuperUser"), "delete_vm", vmChain, "allowed"],
  "lets a role on the object act": [on(vm, "UserRole"), "run_vm", vmChain, "allowed"],
  "forbids what the role lacks": [on(vm, "UserRole"), "delete_vm", vmChain, "forbidden"],
  "shows the object of a role": [on(vm, "UserRole"), "see", vmChain, "allowed"],
  "inherits from the cluster": [on(cluster, "UserVmManager"), "delete_vm", vmChain, "allowed"],
  "inherits from the data center": [on(dataCenter, "UserRole"), "run_vm", vmChain, "allowed"],
  "does not leak upwards": [on(vm, "UserVmManager"), "see", [cluster, dataCenter, systemObject], "hidden"],
  "does not leak sideways": [
    on(vm, "UserVmManager"),
    "see",
    [{ type: "vm", id: "w" }, cluster, dataCenter, systemObject],
    "hidden",
  ],
  "tells types with equal ids apart": [on({ type: "template", id: "v" }, "UserVmManager"), "see", vmChain, "hidden"],
  "does not show children to a creator's role": [on(cluster, "VmCreator"), "see", vmChain, "hidden"],
  "lets a creator create in the cluster": [
    on(cluster, "VmCreator"),
    "create_vm",
    [cluster, dataCenter, systemObject],
    "allowed",
  ],
  "lets the read-only administrator see": [on(systemObject, "ReadOnlyAdmin"), "see", vmChain, "allowed"],
  "lets the read-only administrator change nothing": [
    on(systemObject, "ReadOnlyAdmin"),
    "run_vm",
    vmChain,
    "forbidden",
  ],
  "never takes no object for any object": [on(systemObject, "SuperUser"), "delete_vm", [], "hidden"],
};
for (const [name, [grants, permit, chain, expected]] of Object.entries(cases)) {
  test(`decideAccess ${name}`, () => assert.equal(decideAccess(grants, permit, chain), expected));
}

test("decideAccess: more grants never take anything away", () => {
  const order: readonly Access[] = ["hidden", "forbidden", "allowed"];
  const grant = fc.record({
    role: fc.constantFrom(...predefinedRoles),
    object: fc.constantFrom<ObjectRef>(vm, cluster, dataCenter, systemObject, { type: "vm", id: "w" }),
  });
  fc.assert(
    fc.property(fc.array(grant), grant, fc.constantFrom("see" as const, ...permits), (grants, extra, permit) => {
      const before = decideAccess(grants, permit, vmChain);
      const after = decideAccess([...grants, extra], permit, vmChain);
      assert.ok(order.indexOf(after) >= order.indexOf(before));
    }),
  );
});

test("only administrative roles make an administrator", () => {
  assert.equal(isAdministrator(on(systemObject, "UserVmManager")), false);
  assert.equal(isAdministrator(on(dataCenter, "ReadOnlyAdmin")), true);
});

test("somebody without any role cannot log in", () => {
  assert.equal(hasPermitAnywhere([], "login"), false);
  assert.equal(hasPermitAnywhere(on(vm, "UserRole"), "login"), true);
});
