import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { listPermissions } from "../../db/queries/permissions.ts";
import { findRole, findRoleByName, putRole } from "../../db/queries/roles.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import type { Permit } from "../../domain/user/permits.ts";
import { roleOfOwn, roleProblems } from "../../domain/user/role-of-own.ts";
import { type Role, type RoleId, systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import type { NewEvent } from "../../events/record.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot update Role.";

export interface RoleUpdate {
  readonly roleId: RoleId;
  readonly name?: string;
  readonly description?: string;
  readonly isAdministrative?: boolean;
}

/** Predefined roles stay as they are; what kind of role it is does not change. */
export async function updateRole(context: OpContext, { roleId, ...asked }: RoleUpdate): Promise<Role> {
  await context.authorize("manipulate_roles", systemObject);
  return transaction(context.db, async (tx) => {
    const role = await getChangeable(tx, roleId);
    const changed = roleOfOwn({
      ...role,
      name: asked.name ?? role.name,
      description: asked.description ?? role.description,
    });
    const isOtherKind = asked.isAdministrative !== undefined && asked.isAdministrative !== role.isAdministrative;
    refuseIf(attempt, isOtherKind ? ["Changing Role type is not allowed."] : []);
    refuseIf(attempt, roleProblems(changed), "invalid");
    const namesake = await findRoleByName(tx, changed.name);
    refuseIf(attempt, namesake === undefined || namesake.id === roleId ? [] : ["Role name already exists."]);
    await putRole(tx, changed);
    await announce(tx, context.clock, { name: "roleUpdated", ...byActor(context), details: { role: changed.name } });
    return changed;
  });
}

/**
 * Adds permits to a role. Whoever has the role has them from then on: so it takes the right to give them where the role
 * has been given.
 */
export async function addPermits(context: OpContext, roleId: RoleId, added: readonly Permit[]): Promise<Role> {
  await context.authorize("manipulate_roles", systemObject);
  for (const { object } of await listPermissions(context.db, { roleId })) {
    for (const permit of added) await context.authorize(permit, object);
  }
  return transaction(context.db, async (tx) => {
    const role = await getChangeable(tx, roleId);
    const isThere = added.some((permit) => role.permits.includes(permit));
    const twice = "Cannot attach action group to Role. This action group is already attached to Role.";
    refuseIf(attempt, isThere ? [twice] : []);
    const changed = roleOfOwn({ ...role, permits: [...role.permits, ...added] });
    refuseIf(attempt, roleProblems(changed), "invalid");
    return write(tx, context, changed, { name: "rolePermitAdded", details: { permit: added.join(", ") } });
  });
}

export async function removePermit(context: OpContext, roleId: RoleId, permit: Permit): Promise<Role> {
  await context.authorize("manipulate_roles", systemObject);
  return transaction(context.db, async (tx) => {
    const role = await getChangeable(tx, roleId);
    if (!role.permits.includes(permit)) throw new NotFound("permit", permit);
    const changed = roleOfOwn({ ...role, permits: role.permits.filter((each) => each !== permit) });
    return write(tx, context, changed, { name: "rolePermitRemoved", details: { permit } });
  });
}

async function write(tx: Tx, context: OpContext, role: Role, event: NewEvent): Promise<Role> {
  await putRole(tx, role);
  await announce(tx, context.clock, { ...byActor(context), ...event, details: { ...event.details, role: role.name } });
  return role;
}

/** @throws NotFound; OperationRefused for a predefined one */
async function getChangeable(tx: Tx, roleId: RoleId): Promise<Role> {
  const role = await findRole(tx, roleId);
  if (role === undefined) throw new NotFound("role", roleId);
  refuseIf(attempt, role.isPredefined ? ["The Role is Read-Only."] : []);
  return role;
}
