import { sql } from "kysely";
import { allOf, type Condition } from "../../db/conditions.ts";
import type { Db } from "../../db/database.ts";
import { TextConditions } from "../../db/text-conditions.ts";
import { compileConditions, compileOrder } from "./compile.ts";
import type { Searchable, Viewer } from "./field.ts";
import type { Search } from "./parse-search.ts";

export interface Wanted {
  readonly search: Search;
  /** By default `a` and `A` are the same. */
  readonly isCaseSensitive?: boolean;
  /** The most to return; with `page` the size of a page. */
  readonly max?: number | undefined;
  readonly viewer: Viewer;
  /** Only of these: what is in a data center, events after one. */
  readonly among?: Condition;
}

/** When a client asks for a page without saying how long one is. */
const PAGE_ITEMS = 100;

/** The ids of what a search finds and the caller may see, sorted and cut as it says: one query. @throws BadSearch */
export async function findIds(db: Db, searchable: Searchable, wanted: Wanted): Promise<string[]> {
  const { search, isCaseSensitive = false, viewer, among } = wanted;
  const { from, id, order, fields } = searchable;
  const how = { text: new TextConditions(db), isCaseSensitive, viewer };
  const where = allOf([compileConditions(search, fields, how), searchable.visible(viewer), among]);
  const sortBy = compileOrder(search, fields, how);
  const cut = cutOf(wanted);
  if (cut === "nothing") return [];
  const sorted = sortBy === undefined ? order : sql`${sortBy}, ${order}`;
  const query = sql<{ id: string | number }>`select ${id} as id from ${from} where ${where} order by ${sorted} ${cut}`;
  return (await query.execute(db)).rows.map((row) => String(row.id));
}

function cutOf({ search: { page }, max }: Wanted) {
  if (page === undefined && max === undefined) return sql``;
  const size = max ?? PAGE_ITEMS;
  const offset = ((page ?? 1) - 1) * size;
  if (size === 0 || !Number.isSafeInteger(offset)) return "nothing";
  return sql`limit ${size} offset ${offset}`;
}
