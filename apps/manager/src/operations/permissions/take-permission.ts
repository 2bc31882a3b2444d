import type { OpContext } from "../../context.ts";
import { deletePermission, listPermissions, listRoles } from "../../db/queries/permissions.ts";
import { findUser } from "../../db/queries/users.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { type Permission, systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";
import { describeObject } from "./give-permission.ts";

/** Takes a role away. The last super user keeps his: nobody could give it back. */
export async function takePermission(context: OpContext, permission: Permission): Promise<void> {
  await context.authorize("manipulate_permissions", permission.object);
  const role = (await listRoles(context.db)).find(({ id }) => id === permission.roleId);
  if (role?.isAdministrative === true) await context.authorize("manipulate_users", systemObject);
  await transaction(context.db, async (tx) => {
    const onSystem = await listPermissions(tx, { object: systemObject });
    const superUsers = onSystem.filter(({ roleId }) => roleId === superUserRoleId);
    const isLast = superUsers.length === 1 && superUsers[0]?.id === permission.id;
    refuseIf("Cannot remove Permission.", isLast ? ["It is the last one of a super user."] : []);
    await deletePermission(tx, permission.id);
    const user = await findUser(tx, permission.userId);
    await announce(tx, context.clock, {
      name: "permissionRemoved",
      ...byActor(context),
      details: {
        name: user?.name ?? permission.userId,
        role: role?.name ?? "",
        object: describeObject(permission.object),
      },
    });
  });
}

const superUserRoleId = "00000000-0000-0000-0000-000000000001";
