import { RestFault } from "@yagura/rest-client";

interface Named {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
}

/** Says the name of a reference: its own, or that of the thing with its id, or at least the id. */
export type NameOf = (reference: Named | undefined) => string | undefined;

/** Names of hosts, clusters …: references carry ids only. One call for all of them. */
export async function namesOf(collection: { list(): Promise<readonly Named[]> }): Promise<NameOf> {
  const names = new Map<string, string>();
  try {
    for (const { id, name } of await collection.list()) {
      if (id !== undefined && name !== undefined) names.set(id, name);
    }
  } catch (error) {
    // Whoever may not see the hosts sees their ids instead of their names.
    if (!(error instanceof RestFault)) throw error;
  }
  return (reference) => reference?.name ?? names.get(reference?.id ?? "") ?? reference?.id;
}
