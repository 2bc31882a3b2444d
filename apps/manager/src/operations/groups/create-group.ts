import { newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { ensureGroup, findGroupByName } from "../../db/queries/groups.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { internalDomain } from "../../domain/user/internal-user.ts";
import { defaultNamespace, type Group, type GroupId, systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot add Group.";

/** A group of the domain `internal`, with nobody in it. */
export async function createGroup(
  context: OpContext,
  asked: { readonly name: string; readonly domain: string },
): Promise<Group> {
  await context.authorize("manipulate_users", systemObject);
  refuseIf(attempt, problemsOf(asked), "invalid");
  const id = newId<GroupId>();
  const group: Group = { ...asked, id, namespace: defaultNamespace, externalId: id };
  await transaction(context.db, async (tx) => {
    const namesake = await findGroupByName(tx, group);
    refuseIf(attempt, namesake === undefined ? [] : ["There is a group of this name already."]);
    await ensureGroup(tx, group);
    await announce(tx, context.clock, {
      name: "userAdded",
      ...byActor(context),
      details: { name: group.name, noun: "group" },
    });
  });
  return group;
}

function problemsOf({ name, domain }: { readonly name: string; readonly domain: string }): string[] {
  return [
    ...(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,127}$/u.test(name)
      ? []
      : ["The name of a group has letters, digits, spaces, '.', '_' and '-' only."]),
    // So that no name looks like the built-in one to whoever gives rights by name.
    ...(name.toLowerCase() === "everyone" ? ["Everyone is the built-in group of all users."] : []),
    ...(domain === internalDomain
      ? []
      : [`There is no domain ${domain.slice(0, 80)}; groups are added to internal-authz.`]),
  ];
}
