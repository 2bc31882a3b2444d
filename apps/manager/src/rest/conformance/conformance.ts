// How much of v4 is served, as docs/rest-conformance.md tells it.
import { listOperations } from "@yagura/rest-model";

/** Names of services of the model, each with its operations and actions. */
export type Tier = Readonly<Record<string, readonly string[]>>;

/** What people have to say of an operation. */
export interface Notes {
  /** There is a route, and what it answers is nothing yet. */
  readonly notYet: Readonly<Record<string, string>>;
  /** It is served but for what is told here. */
  readonly partly: Readonly<Record<string, string>>;
  /** Writable attributes that nothing acts upon, by the type they are of. */
  readonly notHonoured: Readonly<Record<string, readonly string[]>>;
}

export interface Sources {
  readonly tier: Tier;
  /** All routes as operations of the model. */
  readonly served: ReadonlySet<string>;
  /** Those whose lists are always empty. */
  readonly alwaysEmpty: ReadonlySet<string>;
  /** Operations, each with the tests that saw its effect. */
  readonly record: Readonly<Record<string, readonly string[]>>;
  readonly notes: Notes;
}

export type State = "served" | "partly" | "not yet";

export interface Row {
  /** `POST /vms/{}/start` */
  readonly operation: string;
  readonly state: State;
  /** What lacks. */
  readonly note?: string;
}

/** Each operation of the tier at each of its places, in the order of their paths. Pure. */
export function listRows({ tier, ...sources }: Sources): readonly Row[] {
  return listOperations()
    .filter(({ service, name }) => tier[service]?.includes(name))
    .map(({ text }) => ({ operation: text, ...stateOf(text, sources) }))
    .sort((a, b) => compareKeys(keyOf(a.operation), keyOf(b.operation)));
}

function stateOf(
  operation: string,
  { served, alwaysEmpty, record, notes }: Omit<Sources, "tier">,
): Omit<Row, "operation"> {
  if (!served.has(operation)) return { state: "not yet" };
  if (alwaysEmpty.has(operation)) return { state: "not yet", note: "always empty" };
  const [nothing, lacking] = [notes.notYet[operation], notes.partly[operation]];
  if (nothing !== undefined) return { state: "not yet", note: nothing };
  const unproved = record[operation] === undefined ? "no test has seen its effect" : undefined;
  const note = [lacking, unproved].filter((text) => text !== undefined).join("; ");
  return note === "" ? { state: "served" } : { state: "partly", note };
}

/** What is said of operations that it cannot be said of: not of the tier, or not served. Pure. */
export function listWrongNotes({ tier, served, notes, record }: Omit<Sources, "alwaysEmpty">): readonly string[] {
  const ofTier = new Set(listRows({ tier, served, notes, record, alwaysEmpty: new Set() }).map((row) => row.operation));
  const noted = [...Object.keys(notes.notYet), ...Object.keys(notes.partly)];
  return [
    ...noted.filter((each) => !ofTier.has(each)).map((each) => `${each} is noted and not of Tier 1`),
    ...noted.filter((each) => !served.has(each)).map((each) => `${each} is noted and has no route`),
    ...Object.keys(record)
      .filter((each) => !served.has(each))
      .map((each) => `${each} is recorded as served and has no route`),
  ];
}

const verbs = ["GET", "POST", "PUT", "DELETE"];

/** By path, and there by verb. */
function keyOf(operation: string): readonly [string, number] {
  const [verb = "", path = ""] = operation.split(" ");
  return [path, verbs.indexOf(verb)];
}

function compareKeys([pathA, verbA]: readonly [string, number], [pathB, verbB]: readonly [string, number]): number {
  if (pathA !== pathB) return pathA < pathB ? -1 : 1;
  return verbA - verbB;
}
