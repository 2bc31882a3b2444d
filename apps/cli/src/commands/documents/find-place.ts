import { type ManagerClient, type RestTypeName, searchableAtTheRoot, services } from "@yagura/rest-client";
import { findId } from "@yagura/std/ids.ts";
import { oneLine } from "@yagura/std/one-line.ts";
import { refusal, usageProblem } from "../../problem.ts";
import type { Place, Step } from "./place.ts";

/** A place as the Manager knows it: ids in its path. */
export async function findPath(manager: ManagerClient, { steps }: Place): Promise<string> {
  let path = "";
  for (const step of steps) {
    path =
      step.to === "child"
        ? `${path}/${step.segment}`
        : `${path}/${encodeURIComponent(await idOf(manager, path, step))}`;
  }
  return path;
}

type ItemStep = Extract<Step, { to: "item" }>;

/** An id as it is, without a question; a name by one look at the list. @throws CliProblem for none or several. */
async function idOf(manager: ManagerClient, path: string, { nameOrId, collection }: ItemStep): Promise<string> {
  const { type, operations } = services[collection];
  const isNumber = collection === "events" && /^\d+$/.test(nameOrId);
  if (findId(nameOrId) !== undefined || isNumber || type === undefined || !operations.includes("list")) return nameOrId;
  const found: readonly object[] = await manager.documents.list(type, path, questionFor(path, type, nameOrId), {});
  const things: readonly Named[] = found;
  const named = things.filter((thing) => thing.id === nameOrId || namesOf(thing).includes(nameOrId));
  const [one, another] = named;
  const where = path.slice(1);
  if (another !== undefined) {
    const ids = named.map(({ id }) => id).join(", ");
    throw usageProblem(`${named.length} of ${where} are called ${nameOrId}`, `Give the id of one of them: ${ids}`);
  }
  if (one?.id === undefined) {
    throw refusal(
      `there is no ${oneLine(nameOrId)} in ${where}, or you may not see it`,
      `See what there is: yagura get ${where}`,
    );
  }
  return one.id;
}

/** What things are called: most by a name, some by another member. */
interface Named {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly alias?: string | undefined;
  readonly user_name?: string | undefined;
  /** Snapshots have nothing else. */
  readonly snapshot_type?: string | undefined;
  readonly description?: string | undefined;
  /** Attachments are called as their disk is. */
  readonly disk?: Named | undefined;
}

function namesOf({ name, alias, user_name, snapshot_type, description, disk }: Named): (string | undefined)[] {
  const ofSnapshot = snapshot_type === undefined ? undefined : description;
  return [name, alias, user_name, ofSnapshot, ...(disk === undefined ? [] : namesOf(disk))];
}

/** Names of a search that could be taken for something else are compared here instead. */
const plainName = /^[\p{L}\p{N}_.-]+$/u;
/** In these, `name` of the search is not what people call them. */
const calledOtherwise = ["users", "groups", "events", "jobs"];

function questionFor(path: string, type: RestTypeName, name: string): { search?: string; follow?: string } {
  if (type === "disk_attachment") return { follow: "disk" };
  const root = path.slice(1);
  const canSearch = searchableAtTheRoot.includes(root) && !calledOtherwise.includes(root) && plainName.test(name);
  return canSearch ? { search: `name="${name}"` } : {};
}
