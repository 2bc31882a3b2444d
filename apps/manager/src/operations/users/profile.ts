import type { UserId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { findUser } from "../../db/queries/users.ts";
import { NotFound } from "../../domain/errors.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

/** One's own profile is changed by oneself, or by whoever administers users. @throws NotAllowed */
export async function authorizeProfile(context: OpContext, userId: UserId): Promise<void> {
  if (userId !== context.actor.userId) await context.authorize("manipulate_users", systemObject);
}

/** Tells of a change of a profile. @throws NotFound when there is no such user */
export async function announceProfile(
  tx: Tx,
  context: OpContext,
  event: {
    readonly name: "userOptionAdded" | "userOptionRemoved" | "userOptionChanged";
    readonly userId: UserId;
    readonly property: string;
  },
): Promise<void> {
  const user = await findUser(tx, event.userId);
  if (user === undefined) throw new NotFound("user", event.userId);
  await announce(tx, context.clock, {
    name: event.name,
    ...byActor(context),
    details: { name: user.name, property: event.property },
  });
}
