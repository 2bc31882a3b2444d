import type { OpContext } from "../../context.ts";
import { deleteGroup, findGroup } from "../../db/queries/groups.ts";
import { deletePermissionsOf } from "../../db/queries/permissions.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import { everyoneGroupId, type GroupId, systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";
import { keepSuperUser } from "../users/keep-super-user.ts";

const attempt = "Cannot remove Group.";

/** With its permissions: who was in it loses what the group had. */
export async function removeGroup(context: OpContext, groupId: GroupId): Promise<void> {
  await context.authorize("manipulate_users", systemObject);
  refuseIf(attempt, groupId === everyoneGroupId ? ['Cannot remove the built-in group "Everyone".'] : []);
  await transaction(context.db, async (tx) => {
    const group = await findGroup(tx, groupId);
    if (group === undefined) throw new NotFound("group", groupId);
    await deletePermissionsOf(tx, { type: "group", id: groupId });
    await deleteGroup(tx, groupId);
    await keepSuperUser(tx, attempt);
    await announce(tx, context.clock, { name: "groupRemoved", ...byActor(context), details: { name: group.name } });
  });
}
