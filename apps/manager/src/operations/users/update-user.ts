import type { UserId } from "@yagura/std/ids.ts";
import { hashPassword } from "../../auth/authn/password-hash.ts";
import type { OpContext } from "../../context.ts";
import { deleteSessionsOfUser } from "../../db/queries/sessions.ts";
import { findUser, updateUser as writeUser } from "../../db/queries/users.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import { systemObject, type User } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";
import { passwordProblems } from "./password-problems.ts";

export interface UserUpdate {
  readonly userId: UserId;
  readonly password?: string;
}

/** Changes the password of oneself, or of others as an administrator of users. All sessions of that user end with it. */
export async function updateUser(context: OpContext, { userId, password }: UserUpdate): Promise<User> {
  if (userId !== context.actor.userId) await context.authorize("manipulate_users", systemObject);
  if (password !== undefined) refuseIf("Cannot change the password.", passwordProblems(password), "invalid");
  const passwordHash = password === undefined ? undefined : await hashPassword(password);
  return transaction(context.db, async (tx) => {
    const user = await findUser(tx, userId);
    if (user === undefined) throw new NotFound("user", userId);
    if (passwordHash === undefined) return user;
    await writeUser(tx, userId, { passwordHash });
    await deleteSessionsOfUser(tx, userId);
    await announce(tx, context.clock, {
      name: "userPasswordChanged",
      ...byActor(context),
      details: { name: user.name },
    });
    return user;
  });
}
