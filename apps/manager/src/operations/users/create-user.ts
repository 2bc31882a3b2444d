import { newId, type UserId } from "@yagura/std/ids.ts";
import { hashPassword } from "../../auth/authn/password-hash.ts";
import type { OpContext } from "../../context.ts";
import { findUserByLogin, insertUser } from "../../db/queries/users.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { internalDomain, internalUser } from "../../domain/user/internal-user.ts";
import { systemObject, type User } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";
import { passwordProblems } from "./password-problems.ts";
import { textProblems } from "./text-problems.ts";

const attempt = "Cannot add User.";

export interface AskedUser {
  readonly name: string;
  readonly domain: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
  readonly department?: string;
  /** None: he cannot log in until he has one. */
  readonly password?: string;
}

/** A user of the domain `internal`. He may do nothing until somebody gives him a permission. */
export async function createUser(context: OpContext, asked: AskedUser): Promise<User> {
  await context.authorize("manipulate_users", systemObject);
  refuseIf(attempt, problemsOf(asked), "invalid");
  const { password, domain: _, ...texts } = asked;
  const user = internalUser({ ...texts, id: newId<UserId>(), createdAtMs: context.clock.nowMs() });
  const passwordHash = password === undefined ? undefined : await hashPassword(password);
  await transaction(context.db, async (tx) => {
    const namesake = await findUserByLogin(tx, { name: user.name, domain: user.domain });
    refuseIf(attempt, namesake === undefined ? [] : ["There is a user of this name already."]);
    await insertUser(tx, user, passwordHash);
    await announce(tx, context.clock, {
      name: "userAdded",
      ...byActor(context),
      details: { name: user.name, noun: "user" },
    });
  });
  return user;
}

function problemsOf({ name, domain, password, ...texts }: AskedUser): string[] {
  return [
    ...(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name)
      ? []
      : ["The name of a user has letters, digits, '.', '_' and '-' only."]),
    ...(domain === internalDomain
      ? []
      : [`There is no domain ${domain.slice(0, 80)}; users are added to internal-authz.`]),
    ...(password === undefined ? [] : passwordProblems(password)),
    ...textProblems(texts),
  ];
}
