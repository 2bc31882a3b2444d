import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { permits } from "../../domain/user/permits.ts";
import { predefinedRoles } from "../../domain/user/predefined-roles.ts";
import { type ObjectRef, systemObject } from "../../domain/user/user.ts";
import { decideAccess, type Grant, isAdministrator } from "./policy.ts";
import { userView } from "./user-view.ts";

const vm: ObjectRef = { type: "vm", id: "v" };
const cluster: ObjectRef = { type: "cluster", id: "c" };
const chain = [vm, cluster, systemObject];

function on(object: ObjectRef, name: string): Grant[] {
  const role = predefinedRoles.find((each) => each.name === name);
  assert.ok(role, name);
  return [{ role, object }];
}

function sees(grants: readonly Grant[]): boolean {
  return decideAccess(userView(grants), "see", chain) === "allowed";
}

test("as a user the super user still sees everything and is an administrator", () => {
  assert.equal(sees(on(systemObject, "SuperUser")), true);
  assert.equal(isAdministrator(userView(on(systemObject, "SuperUser"))), true);
});

test("as a user one who only reads as an administrator sees nothing", () => {
  assert.equal(sees(on(systemObject, "ReadOnlyAdmin")), false);
  assert.equal(isAdministrator(userView(on(systemObject, "ReadOnlyAdmin"))), false);
});

test("as a user the administrator of a cluster sees the VMs that he may use, and is no administrator", () => {
  assert.equal(sees(on(cluster, "ClusterAdmin")), true);
  assert.equal(sees(on(cluster, "HostAdmin")), false);
  assert.equal(isAdministrator(userView(on(cluster, "ClusterAdmin"))), false);
});

test("as a user one sees at most what one sees, and may do what one may do", () => {
  const grant = fc.record({
    role: fc.constantFrom(...predefinedRoles),
    object: fc.constantFrom(vm, cluster, systemObject, { type: "vm" as const, id: "w" }),
  });
  fc.assert(
    fc.property(fc.array(grant), fc.constantFrom(...permits), (grants, permit) => {
      const viewed = userView(grants);
      if (decideAccess(grants, "see", chain) !== "allowed") {
        assert.notEqual(decideAccess(viewed, "see", chain), "allowed");
      }
      const [before, after] = [decideAccess(grants, permit, chain), decideAccess(viewed, permit, chain)];
      assert.equal(before === "allowed", after === "allowed");
    }),
  );
});
