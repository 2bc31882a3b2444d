import { type Id, newId, type UserId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { deleteUserOption, insertUserOption, listUserOptions } from "../../db/queries/user-profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import type { UserOption } from "../../domain/user/user.ts";
import { announceProfile, authorizeProfile } from "./profile.ts";

const attempt = "Cannot add User Profile Property.";
const NAME_CHARACTERS_MAX = 255;
const CONTENT_CHARACTERS_MAX = 64 * 1024;
/** A profile is what a page remembers for somebody, not a store of documents. */
const OPTIONS_MAX = 200;

/** Adds something to the profile of a user: JSON that clients keep there for him. */
export async function addUserOption(
  context: OpContext,
  asked: { readonly userId: UserId; readonly name: string; readonly content: string },
): Promise<UserOption> {
  await authorizeProfile(context, asked.userId);
  refuseIf(attempt, problemsOf(asked), "invalid");
  const option: UserOption = { ...asked, id: newId<Id<"user-option">>() };
  await transaction(context.db, async (tx) => {
    const options = await listUserOptions(tx, asked.userId);
    const namesake = options.find(({ name }) => name === asked.name);
    refuseIf(attempt, [
      ...(namesake === undefined ? [] : [textOfNamesake(namesake)]),
      ...(options.length < OPTIONS_MAX ? [] : [`A user has at most ${OPTIONS_MAX} options.`]),
    ]);
    await insertUserOption(tx, option);
    await announceProfile(tx, context, { name: "userOptionAdded", userId: asked.userId, property: asked.name });
  });
  return option;
}

export async function removeUserOption(context: OpContext, userId: UserId, optionId: UserOption["id"]): Promise<void> {
  await authorizeProfile(context, userId);
  await transaction(context.db, async (tx) => {
    const option = await getOption(tx, userId, optionId);
    await deleteUserOption(tx, option.id);
    await announceProfile(tx, context, { name: "userOptionRemoved", userId, property: option.name });
  });
}

async function getOption(tx: Tx, userId: UserId, optionId: UserOption["id"]): Promise<UserOption> {
  const option = (await listUserOptions(tx, userId)).find(({ id }) => id === optionId);
  if (option === undefined) throw new NotFound("user option", optionId);
  return option;
}

function textOfNamesake({ name, id }: UserOption): string {
  return `User Profile property with name ${name} already exists. Property type is JSON and ID=${id}.`;
}

function problemsOf({ name, content }: { readonly name: string; readonly content: string }): string[] {
  return [
    ...(name.length <= NAME_CHARACTERS_MAX ? [] : [`The name must not exceed ${NAME_CHARACTERS_MAX} characters.`]),
    ...(content.length <= CONTENT_CHARACTERS_MAX
      ? []
      : [`The content must not exceed ${CONTENT_CHARACTERS_MAX} characters.`]),
    ...(isJson(content) ? [] : ["The content must be JSON."]),
  ];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // What is wrong with it, its author sees himself.
    return false;
  }
}
