import type { OpContext } from "../../context.ts";
import { listPermissions } from "../../db/queries/permissions.ts";
import { deleteRole, findRole } from "../../db/queries/roles.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import { type RoleId, systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot remove Role.";

/** Only one of one's own, and only while nobody has it. */
export async function removeRole(context: OpContext, roleId: RoleId): Promise<void> {
  await context.authorize("manipulate_roles", systemObject);
  await transaction(context.db, async (tx) => {
    const role = await findRole(tx, roleId);
    if (role === undefined) throw new NotFound("role", roleId);
    refuseIf(attempt, role.isPredefined ? ["The Role is Read-Only."] : []);
    const isGiven = (await listPermissions(tx, { roleId })).length > 0;
    refuseIf(
      attempt,
      isGiven ? ["One or more Permissions is still associated with Role. Please remove all Permissions first."] : [],
    );
    await deleteRole(tx, roleId);
    await announce(tx, context.clock, { name: "roleRemoved", ...byActor(context), details: { role: role.name } });
  });
}
