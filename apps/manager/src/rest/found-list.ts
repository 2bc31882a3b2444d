import type { RestTypeName, RestTypes } from "@yagura/rest-model";
import type { Condition } from "../db/conditions.ts";
import { type Answer, list, type RestRequest } from "./route.ts";
import type { Searchable } from "./search/field.ts";
import { findIds } from "./search/find-ids.ts";
import { parseSearch } from "./search/parse-search.ts";

/** So many documents are in memory at once: about 0.5 MB of XML, made in some milliseconds. */
const PIECE_ITEMS = 100;

/** The documents of these ids, in any order; what has gone since it was found is left out. */
export type ReadDocuments<K extends RestTypeName> = (ids: readonly string[]) => Promise<readonly RestTypes[K][]>;

/**
 * What the request's `search`, `case_sensitive` and `max` ask for, found by the database: one query for which and in what
 * order, and those of `read` for each piece of the list.
 * @throws BadSearch, BadParameter
 */
export async function foundList<K extends RestTypeName>(
  { query, viewer, context }: Pick<RestRequest, "query" | "viewer" | "context">,
  type: K,
  searchable: Searchable,
  read: ReadDocuments<K>,
  { among, maxDefault }: { readonly among?: Condition | undefined; readonly maxDefault?: number } = {},
): Promise<Answer> {
  const ids = await findIds(context.db, searchable, {
    search: parseSearch(query.find("search") ?? ""),
    isCaseSensitive: query.findBoolean("case_sensitive") ?? false,
    max: query.findInteger("max") ?? maxDefault,
    viewer,
    ...(among !== undefined && { among }),
  });
  // Read before the answer begins: what goes wrong at once can still be told as a fault.
  const first = await readInOrder(ids.slice(0, PIECE_ITEMS), read);
  if (ids.length <= PIECE_ITEMS) return list(type, first);
  return { kind: "pieces", type, pieces: inPieces(first, ids, read) as AsyncIterable<readonly object[]> };
}

async function* inPieces<K extends RestTypeName>(
  first: readonly RestTypes[K][],
  ids: readonly string[],
  read: ReadDocuments<K>,
): AsyncGenerator<readonly RestTypes[K][]> {
  yield first;
  for (let at = PIECE_ITEMS; at < ids.length; at += PIECE_ITEMS) {
    yield await readInOrder(ids.slice(at, at + PIECE_ITEMS), read);
  }
}

async function readInOrder<K extends RestTypeName>(
  ids: readonly string[],
  read: ReadDocuments<K>,
): Promise<RestTypes[K][]> {
  if (ids.length === 0) return [];
  const byId = new Map((await read(ids)).map((document) => [(document as { readonly id?: string }).id, document]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
