import type { RestRequest } from "./route.ts";
import { parseSearch } from "./search/parse-search.ts";
import { type SearchFields, selectItems } from "./search/select.ts";

/** The items that the request's `search`, `case_sensitive` and `max` ask for. @throws BadSearch, BadParameter */
export function selectList<Item>(
  { query }: Pick<RestRequest, "query">,
  items: readonly Item[],
  fields: SearchFields<Item>,
): Item[] {
  return selectItems(items, fields, {
    search: parseSearch(query.find("search") ?? ""),
    isCaseSensitive: query.findBoolean("case_sensitive") ?? false,
    max: query.findInteger("max"),
  });
}

/** Of lists that cannot be searched: only `max` counts, a `search` is ignored as oVirt does. */
export function cutList<Item>({ query }: Pick<RestRequest, "query">, items: readonly Item[]): readonly Item[] {
  return items.slice(0, query.findInteger("max"));
}

/** Those with these ids. */
export function pick<T extends { readonly id: string }>(items: readonly T[], ids: readonly string[]): T[] {
  const wanted = new Set(ids);
  return items.filter(({ id }) => wanted.has(id));
}

/** For search fields that cross to another object: what is known of it by id. */
export function byId<T extends { readonly id: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}
