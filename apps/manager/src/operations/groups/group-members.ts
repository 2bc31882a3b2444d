import type { UserId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { deleteMember, ensureMember, findGroup, listMembers } from "../../db/queries/groups.ts";
import { listPermissions } from "../../db/queries/permissions.ts";
import { findRole } from "../../db/queries/roles.ts";
import { findUser } from "../../db/queries/users.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import { internalDomain } from "../../domain/user/internal-user.ts";
import { everyoneGroupId, type Group, type GroupId, systemObject, type User } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";
import { keepSuperUser } from "../users/keep-super-user.ts";

interface Membership {
  readonly groupId: GroupId;
  readonly userId: UserId;
}

/**
 * Puts somebody into a group of the domain `internal`: from his next request on he has what the group has. Whoever does
 * it must have that himself, as if he gave each role of the group by itself.
 */
export async function addMember(context: OpContext, membership: Membership): Promise<User> {
  await context.authorize("manipulate_users", systemObject);
  await requireOwnRights(context, membership.groupId);
  return transaction(context.db, async (tx) => {
    const { group, user } = await load(tx, membership, "Cannot add User to Group.");
    await ensureMember(tx, group.id, user.id);
    await announce(tx, context.clock, {
      name: "groupMemberAdded",
      ...byActor(context),
      details: { name: user.name, group: group.name },
    });
    return user;
  });
}

export async function removeMember(context: OpContext, membership: Membership): Promise<void> {
  const attempt = "Cannot remove User from Group.";
  await context.authorize("manipulate_users", systemObject);
  await transaction(context.db, async (tx) => {
    const { group, user } = await load(tx, membership, attempt);
    const isMember = (await listMembers(tx, group.id)).some(({ id }) => id === user.id);
    if (!isMember) throw new NotFound("user", user.id);
    await deleteMember(tx, group.id, user.id);
    await keepSuperUser(tx, attempt);
    await announce(tx, context.clock, {
      name: "groupMemberRemoved",
      ...byActor(context),
      details: { name: user.name, group: group.name },
    });
  });
}

async function requireOwnRights(context: OpContext, groupId: GroupId): Promise<void> {
  for (const { roleId, object } of await listPermissions(context.db, { to: { type: "group", id: groupId } })) {
    const role = await findRole(context.db, roleId);
    for (const permit of role?.permits ?? []) await context.authorize(permit, object);
  }
}

/** @throws NotFound; OperationRefused when somebody else than we says who is in the group */
async function load(
  tx: Tx,
  { groupId, userId }: Membership,
  attempt: string,
): Promise<{ readonly group: Group; readonly user: User }> {
  const [group, user] = [await findGroup(tx, groupId), await findUser(tx, userId)];
  if (group === undefined) throw new NotFound("group", groupId);
  if (user === undefined) throw new NotFound("user", userId);
  const isEveryone = groupId === everyoneGroupId;
  refuseIf(attempt, isEveryone ? ["All users are in Everyone."] : []);
  const isOurs = group.domain === internalDomain && user.domain === internalDomain;
  refuseIf(attempt, isOurs ? [] : ["Who is in a group of another domain is said by its directory."], "unsupported");
  return { group, user };
}
