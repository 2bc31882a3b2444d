import type { UserId } from "@yagura/std/ids.ts";
import { hashPassword } from "../../auth/authn/password-hash.ts";
import type { OpContext } from "../../context.ts";
import { deleteSessionsOfUser } from "../../db/queries/sessions.ts";
import { findUser, type UserChanges, updateUser as writeUser } from "../../db/queries/users.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import { systemObject, type User } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";
import { keepSuperUser } from "./keep-super-user.ts";
import { passwordProblems } from "./password-problems.ts";
import { textProblems } from "./text-problems.ts";

const attempt = "Cannot change User.";

export interface UserUpdate extends Omit<UserChanges, "passwordHash"> {
  readonly userId: UserId;
  readonly password?: string;
}

/**
 * Changes the password of oneself, or anything of anybody as an administrator of users. With a new password, and when
 * he is disabled, all sessions of that user end.
 */
export async function updateUser(context: OpContext, { userId, password, ...asked }: UserUpdate): Promise<User> {
  const isOnlyHis = Object.values(asked).every((value) => value === undefined);
  if (userId !== context.actor.userId || !isOnlyHis) await context.authorize("manipulate_users", systemObject);
  if (password !== undefined) refuseIf("Cannot change the password.", passwordProblems(password), "invalid");
  const { isEnabled, ...texts } = asked;
  refuseIf(attempt, textProblems({ ...texts }), "invalid");
  const isLockedOut = isEnabled === false && userId === context.actor.userId;
  refuseIf(attempt, isLockedOut ? ["One cannot disable oneself."] : []);
  const passwordHash = password === undefined ? undefined : await hashPassword(password);
  return transaction(context.db, async (tx) => {
    const user = await findUser(tx, userId);
    if (user === undefined) throw new NotFound("user", userId);
    await writeUser(tx, userId, { ...asked, ...(passwordHash !== undefined && { passwordHash }) });
    if (passwordHash !== undefined || isEnabled === false) await deleteSessionsOfUser(tx, userId);
    if (isEnabled === false) await keepSuperUser(tx, attempt);
    const event = { ...byActor(context), details: { name: user.name } };
    if (passwordHash !== undefined) await announce(tx, context.clock, { name: "userPasswordChanged", ...event });
    if (isEnabled !== undefined && isEnabled !== user.isEnabled) {
      await announce(tx, context.clock, { name: isEnabled ? "userEnabled" : "userDisabled", ...event });
    }
    return (await findUser(tx, userId)) ?? user;
  });
}
