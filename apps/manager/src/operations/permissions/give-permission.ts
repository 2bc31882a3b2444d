import { newId, type UserId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { ensurePermission, listPermissions, listRoles } from "../../db/queries/permissions.ts";
import { findUser } from "../../db/queries/users.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound } from "../../domain/errors.ts";
import { type ObjectRef, type Permission, type RoleId, systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

export interface AskedPermission {
  readonly userId: UserId;
  readonly roleId: RoleId;
  readonly object: ObjectRef;
}

/**
 * Gives a user a role on an object. Nobody gives what he does not have: each permit of the role must be his own on that
 * object, and administrative roles are given by those who may change users.
 */
export async function givePermission(
  context: OpContext,
  { userId, roleId, object }: AskedPermission,
): Promise<Permission> {
  await context.authorize("manipulate_permissions", object);
  const role = (await listRoles(context.db)).find(({ id }) => id === roleId);
  if (role === undefined) throw new NotFound("role", roleId);
  for (const permit of role.permits) await context.authorize(permit, object);
  if (role.isAdministrative) await context.authorize("manipulate_users", systemObject);
  return transaction(context.db, async (tx) => {
    const user = await findUser(tx, userId);
    if (user === undefined) throw new NotFound("user", userId);
    await ensurePermission(tx, { id: newId(), userId, roleId, object });
    // It may have been there before, under another id.
    const given = (await listPermissions(tx, { userId, object })).find((each) => each.roleId === roleId);
    if (given === undefined) throw new Error("a permission that was just written is not there");
    await announce(tx, context.clock, {
      name: "permissionAdded",
      ...byActor(context),
      details: { name: user.name, role: role.name, object: describeObject(object) },
    });
    return given;
  });
}

/** "the system", "vm 123…": names may change, and a permission may outlive what it is on. */
export function describeObject({ type, id }: ObjectRef): string {
  return type === "system" ? "the system" : `${type.replaceAll("_", " ")} ${id}`;
}
