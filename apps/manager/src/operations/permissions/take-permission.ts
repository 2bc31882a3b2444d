import type { OpContext } from "../../context.ts";
import { deletePermission } from "../../db/queries/permissions.ts";
import { findRole } from "../../db/queries/roles.ts";
import { transaction } from "../../db/transaction.ts";
import { superUserRoleId } from "../../domain/user/predefined-roles.ts";
import { type Permission, systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";
import { keepSuperUser } from "../users/keep-super-user.ts";
import { describeObject, nameOf } from "./give-permission.ts";

/** Takes a role away. The last super user keeps his: nobody could give it back. */
export async function takePermission(context: OpContext, permission: Permission): Promise<void> {
  const { to, object, roleId } = permission;
  await context.authorize("manipulate_permissions", object);
  const role = await findRole(context.db, roleId);
  if (role?.isAdministrative === true) await context.authorize("manipulate_users", systemObject);
  await transaction(context.db, async (tx) => {
    await deletePermission(tx, permission.id);
    if (roleId === superUserRoleId) await keepSuperUser(tx, "Cannot remove Permission.");
    await announce(tx, context.clock, {
      name: object.type === "system" ? "systemPermissionRemoved" : "permissionRemoved",
      ...byActor(context),
      details: { name: (await nameOf(tx, to)) ?? to.id, role: role?.name ?? "", object: describeObject(object) },
    });
  });
}
