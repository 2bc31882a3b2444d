import type { RestTypeName, RestTypes } from "@yagura/rest-model";
import { findId, type Id } from "@yagura/std/ids.ts";
import { isOneOf } from "../db/conditions.ts";
import { entity, list, type RestRequest, type Route } from "./route.ts";
import type { Searchable } from "./search/field.ts";
import { findIds } from "./search/find-ids.ts";
import { parseSearch } from "./search/parse-search.ts";

type Many = NonNullable<Route["many"]>;

/** `many` of a route that answers with one object, whose id is the parameter `name`. */
export function manyEntities<K extends RestTypeName, Known extends Id<string>>(
  { type, name, searchable }: { readonly type: K; readonly name: string; readonly searchable: Searchable },
  read: (request: RestRequest, ids: readonly Known[]) => Promise<readonly RestTypes[K][]>,
): Many {
  return async (request, params) => {
    const ids = await visibleIds<Known>(request, searchable, idsIn(params, name));
    const documents = ids.length === 0 ? [] : await read(request, ids);
    const byId = new Map(documents.map((each) => [(each as { readonly id?: string }).id, each]));
    return params.map((each) => {
      const found = byId.get(idIn(each, name));
      return found === undefined ? undefined : entity(type, found);
    });
  };
}

/** `many` of a route that answers with what belongs to one parent, whose id is the parameter `name`. */
export function manyLists<K extends RestTypeName, Known extends Id<string>>(
  { type, name, searchable }: { readonly type: K; readonly name: string; readonly searchable: Searchable },
  read: (request: RestRequest, parents: readonly Known[]) => Promise<ReadonlyMap<string, readonly RestTypes[K][]>>,
): Many {
  return async (request, params) => {
    const parents = await visibleIds<Known>(request, searchable, idsIn(params, name));
    const visible = new Set<string>(parents);
    const byParent = parents.length === 0 ? new Map<string, RestTypes[K][]>() : await read(request, parents);
    return params.map((each) => {
      const parent = idIn(each, name);
      return visible.has(parent) ? list(type, byParent.get(parent) ?? []) : undefined;
    });
  };
}

/** Each of the values of a grouped list. */
export function mapValues<T, U>(groups: ReadonlyMap<string, readonly T[]>, render: (value: T) => U): Map<string, U[]> {
  return new Map([...groups].map(([key, values]) => [key, values.map(render)]));
}

/** The id that a path has under this name, as it is stored. */
export function idIn(params: RestRequest["params"], name: string): string {
  return params[name]?.toLowerCase() ?? "";
}

/** Those of several paths; what is no id is nobody's. */
export function idsIn<Known extends Id<string>>(params: readonly RestRequest["params"][], name: string): Known[] {
  return [...new Set(params.flatMap((each) => findId<Known>(each[name] ?? "") ?? []))];
}

/** Those of the ids that the caller may see. Who sees all is not looked up: what is not there has no documents either. */
export async function visibleIds<Known extends string>(
  { context, viewer }: Pick<RestRequest, "context" | "viewer">,
  searchable: Searchable,
  ids: readonly string[],
): Promise<Known[]> {
  if (searchable.visible(viewer) === undefined || ids.length === 0) return ids as Known[];
  const among = isOneOf(searchable.id, ids);
  const wanted = { search: parseSearch(""), viewer, ...(among !== undefined && { among }) };
  return (await findIds(context.db, searchable, wanted)) as Known[];
}
