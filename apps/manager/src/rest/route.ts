import type { RestTypeName, RestTypes } from "@yagura/rest-model";
import type { OpContext } from "../context.ts";
import type { Permit } from "../domain/user/permits.ts";
import type { ObjectRef } from "../domain/user/user.ts";
import type { Parameters } from "./edge/parameters.ts";
import type { Inventory } from "./inventory.ts";
import type { Links } from "./links.ts";
import type { Viewer } from "./search/field.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** One operation of the API at one place. `path` is below the API's root; `:name` stands for an id. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  handle(request: RestRequest): Promise<Answer>;
  /**
   * The answers of several such places at once, in the order of their ids, with as many queries as for one: for `follow`.
   * `undefined` where there is nothing for the caller. Without it `handle` is asked for each (`followed-singly.txt`).
   */
  many?(request: RestRequest, params: readonly RestRequest["params"][]): Promise<readonly (Answer | undefined)[]>;
}

/** A request that was understood and whose sender is known. */
export interface RestRequest {
  /** The ids in the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Parameters;
  readonly context: OpContext;
  /** What the caller may see of the inventory, for lists and references. */
  readonly inventory: Inventory;
  /** Whether he may do this to what has this chain (`loadObjectChains`): for asking about many at once. */
  readonly may: (permit: Permit | "see", chain: readonly ObjectRef[]) => boolean;
  /** The same for what the database finds by itself. */
  readonly viewer: Viewer;
  readonly links: Links;
  /** Members that are only given on request: `console`, `initialization`. */
  readonly allContent: boolean;
  /** How the client reached us, `https://host[:port]`: for URLs that are not of the API. */
  readonly origin: string;
  /** The body. @throws BadDocument, MissingMember when there is none. */
  read<K extends RestTypeName>(type: K): RestTypes[K];
  /** The body of an action; none is an empty one. @throws BadDocument */
  readAction(): RestTypes["action"];
}

/** `accepted`: it was begun and goes on. */
export type Outcome = "done" | "created" | "accepted";

export type Answer = EntityAnswer | ListAnswer | PiecesAnswer;

interface EntityAnswer {
  readonly kind: "entity";
  readonly type: RestTypeName;
  readonly value: object;
  readonly outcome: Outcome;
  /** What was stored of a change, where `value` shows something else: how a VM runs until its restart. */
  readonly kept?: object;
}

export interface ListAnswer {
  readonly kind: "list";
  readonly type: RestTypeName;
  readonly values: readonly object[];
}

/** A list too long to be held: read while it is written, once. */
export interface PiecesAnswer {
  readonly kind: "pieces";
  readonly type: RestTypeName;
  readonly pieces: AsyncIterable<readonly object[]>;
}

export function entity<K extends RestTypeName>(type: K, value: RestTypes[K], outcome: Outcome = "done"): Answer {
  return { kind: "entity", type, value: value as object, outcome };
}

export function list<K extends RestTypeName>(type: K, values: readonly RestTypes[K][]): ListAnswer {
  return { kind: "list", type, values: values as readonly object[] };
}

/** The answer to an action that has been done, with what it returns. */
export function completed(members: RestTypes["action"] = {}): Answer {
  return entity("action", { status: "complete", ...members });
}

/** The parameter of a path: present, or the route was registered wrongly. */
export function param(request: Pick<RestRequest, "params">, name: string): string {
  const value = request.params[name];
  if (value === undefined) throw new Error(`the route has no parameter ${name}`);
  return value;
}
