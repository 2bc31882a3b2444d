import { type Permit, permitFacts } from "../../domain/user/permits.ts";
import { superUserRoleId } from "../../domain/user/predefined-roles.ts";
import type { Role } from "../../domain/user/user.ts";
import type { Grant } from "./policy.ts";

/**
 * What somebody has as a user, for `Filter: true`: libgovirt always asks so, also for administrators. The reading rights
 * of an administrator are left out: an administrative role shows what is inside of its object only if with one of its
 * permits a user would do something there. The super user has all permits of users too, so he still sees everything. What
 * one may do stays as it is. Pure.
 */
export function userView(grants: readonly Grant[]): readonly Grant[] {
  return grants.map(({ role, object }) => ({ role: asUser(role), object }));
}

function asUser(role: Role): Role {
  if (!role.isAdministrative || role.id === superUserRoleId) return role;
  const showsChildren = role.showsChildren && role.permits.some(isUse);
  return { ...role, isAdministrative: false, showsChildren };
}

/** Permits that everybody who logs in has, or that are about a place and not about what is in it, are no use of anything. */
function isUse(permit: Permit): boolean {
  return usesOfThings.has(permit) && !permitFacts[permit].isAdministrative;
}

const usesOfThings: ReadonlySet<Permit> = new Set([
  "run_vm",
  "connect_to_vm",
  "edit_vm_properties",
  "edit_template_properties",
  "edit_disk_properties",
  "configure_vm_network",
]);
