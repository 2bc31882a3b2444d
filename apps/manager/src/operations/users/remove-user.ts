import type { UserId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { deletePermissionsOf } from "../../db/queries/permissions.ts";
import { deleteSessionsOfUser } from "../../db/queries/sessions.ts";
import { deleteUser, findUser } from "../../db/queries/users.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";
import { keepSuperUser } from "./keep-super-user.ts";

const attempt = "Cannot remove User.";

/** With his permissions; whoever uses his sessions is logged out. */
export async function removeUser(context: OpContext, userId: UserId): Promise<void> {
  await context.authorize("manipulate_users", systemObject);
  // Nobody is left without a way in by one's own mistake.
  refuseIf(attempt, userId === context.actor.userId ? ["One cannot remove oneself."] : []);
  await transaction(context.db, async (tx) => {
    const user = await findUser(tx, userId);
    if (user === undefined) throw new NotFound("user", userId);
    await deleteSessionsOfUser(tx, userId);
    await deletePermissionsOf(tx, { type: "user", id: userId });
    await deleteUser(tx, userId);
    await keepSuperUser(tx, attempt);
    await announce(tx, context.clock, { name: "userRemoved", ...byActor(context), details: { name: user.name } });
  });
}
