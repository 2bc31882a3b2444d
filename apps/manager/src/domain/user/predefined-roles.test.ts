import assert from "node:assert/strict";
import { test } from "node:test";
import { findPermit, permitFacts, permits } from "./permits.ts";
import { predefinedRoles, superUserRoleId } from "./predefined-roles.ts";
import { roleOfOwn, roleProblems } from "./role-of-own.ts";
import type { RoleId } from "./user.ts";

test("roles and permits have names and numbers of their own", () => {
  assert.equal(new Set(predefinedRoles.map(({ id }) => id)).size, predefinedRoles.length);
  assert.equal(new Set(predefinedRoles.map(({ name }) => name)).size, predefinedRoles.length);
  assert.equal(new Set(permits.map((permit) => permitFacts[permit].id)).size, permits.length);
});

test("the super user has every permit, and every permit of a role is known", () => {
  const superUser = predefinedRoles.find(({ id }) => id === superUserRoleId);
  assert.deepEqual(superUser?.permits, permits);
  assert.ok(predefinedRoles.every((role) => role.permits.length > 0));
});

test("a permit is found by name and by number, and nothing else is one", () => {
  assert.equal(findPermit("1"), "create_vm");
  assert.equal(findPermit("CREATE_VM"), "create_vm");
  for (const text of ["", "0", "-1", "1.0", "__proto__", "constructor", "99999999", " 1"]) {
    assert.equal(findPermit(text), undefined, text);
  }
});

const asked = { id: "r" as RoleId, name: "r", description: "", isAdministrative: false };

test("a role of one's own shows what is inside when it does more than create there", () => {
  assert.equal(roleOfOwn({ ...asked, permits: ["login", "create_vm"] }).showsChildren, false);
  assert.equal(roleOfOwn({ ...asked, permits: ["login", "run_vm", "run_vm"] }).showsChildren, true);
  assert.deepEqual(roleOfOwn({ ...asked, permits: ["run_vm", "run_vm"] }).permits, ["run_vm"]);
});

test("a role of one's own has a short plain name, and administrative permits only when it is administrative", () => {
  assert.deepEqual(roleProblems({ ...asked, permits: ["create_vm"] }), []);
  assert.deepEqual(roleProblems({ ...asked, permits: ["create_host"] }), [
    "Cannot add administrator's action group to a User Role.",
  ]);
  assert.deepEqual(roleProblems({ ...asked, isAdministrative: true, permits: ["create_host"] }), []);
  assert.equal(roleProblems({ ...asked, name: "a b", permits: [] }).length, 1);
  assert.equal(roleProblems({ ...asked, name: "x".repeat(127), permits: [] }).length, 1);
});
