import { isNotFound } from "@yagura/rest-client";
import { findId } from "@yagura/std/ids.ts";
import { oneLine } from "@yagura/std/one-line.ts";
import { refusal, usageProblem } from "./problem.ts";

/** Whatever has an id and a name. */
interface Named {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
}

export interface Collection<T extends Named> {
  list(parameters: { readonly search?: string | undefined }): Promise<readonly T[]>;
  get(id: string): Promise<T>;
}

/** Names of a search that could be taken for something else are compared here instead. */
const plainName = /^[\p{L}\p{N}_.-]+$/u;

/**
 * The one thing that is called `nameOrId`; ids win over names. Never the first of several, and never all.
 * @throws CliProblem when there is none or more than one, or the name is empty.
 */
export async function findOne<T extends Named>(
  noun: string,
  nameOrId: string,
  collection: Collection<T>,
): Promise<T & { readonly id: string }> {
  if (nameOrId.trim() === "")
    throw usageProblem(`the name of the ${noun} is empty`, `Give the name or id of one ${noun}`);
  const byId = findId(nameOrId) === undefined ? undefined : await getIfAny(collection, nameOrId);
  const found = byId === undefined ? await withName(nameOrId, collection) : [byId];
  const [one, another] = found;
  if (another !== undefined) {
    const ids = found.map(({ id }) => id).join(", ");
    throw usageProblem(`${found.length} ${noun}s are called ${nameOrId}`, `Give the id of one of them: ${ids}`);
  }
  if (one?.id === undefined) {
    throw refusal(`no ${noun} is called ${oneLine(nameOrId)}, or you may not see it`, "Check the name or id");
  }
  return { ...one, id: one.id };
}

async function withName<T extends Named>(name: string, collection: Collection<T>): Promise<T[]> {
  const parameters = plainName.test(name) ? { search: `name="${name}"` } : {};
  // The search knows wildcards and does not look at the case of letters; a name is what is written.
  return (await collection.list(parameters)).filter((thing) => thing.name === name);
}

async function getIfAny<T extends Named>(collection: Collection<T>, id: string): Promise<T | undefined> {
  try {
    return await collection.get(id);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
