import { unreachable } from "@yagura/std/assert.ts";
import { BadSearch } from "./bad-search.ts";
import { matchText } from "./match-text.ts";
import type { Condition, Search } from "./parse-search.ts";
import type { Operator } from "./tokenize.ts";

export type FieldValue = string | number | boolean | Date | undefined;

/** What can be searched by: each field's value in an item; several where it has several (the VMs of a disk). */
export type SearchFields<Item> = Readonly<Record<string, (item: Item) => FieldValue | readonly FieldValue[]>>;

export interface Selection {
  readonly search: Search;
  /** By default `a` and `A` are the same. */
  readonly isCaseSensitive?: boolean;
  /** The most to return; with `page` the size of a page. */
  readonly max?: number | undefined;
}

/** When a client asks for a page without saying how long one is. */
const PAGE_ITEMS = 100;

/** The items that a search finds, sorted and cut as it says. Pure. @throws BadSearch for a field that there is not. */
export function selectItems<Item>(
  items: readonly Item[],
  fields: SearchFields<Item>,
  { search, isCaseSensitive = false, max }: Selection,
): Item[] {
  const tests = search.anyOf.map((all) => all.map((condition) => compile(condition, fields, isCaseSensitive)));
  const found =
    tests.length === 0 ? [...items] : items.filter((item) => tests.some((all) => all.every((test) => test(item))));
  if (search.sortBy !== undefined) sort(found, getterOf(fields, search.sortBy.field), search.sortBy.isDescending);
  if (search.page === undefined) return max === undefined ? found : found.slice(0, max);
  const size = max ?? PAGE_ITEMS;
  return found.slice((search.page - 1) * size, search.page * size);
}

function compile<Item>(
  { field, operator, value }: Condition,
  fields: SearchFields<Item>,
  isCaseSensitive: boolean,
): (item: Item) => boolean {
  const get = getterOf(fields, field);
  // A list differs from a value when none of it is that value.
  if (operator === "!=") return (item) => !valuesOf(get(item)).some((each) => isEqual(each, value, isCaseSensitive));
  if (operator === "=") return (item) => valuesOf(get(item)).some((each) => isEqual(each, value, isCaseSensitive));
  return (item) => valuesOf(get(item)).some((each) => isOrdered(each, operator, value));
}

function getterOf<Item>(fields: SearchFields<Item>, field: string): SearchFields<Item>[string] {
  const get = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (get === undefined) {
    throw new BadSearch(`there is no field '${field.slice(0, 40)}' here; fields are ${Object.keys(fields).join(", ")}`);
  }
  return get;
}

function valuesOf(value: FieldValue | readonly FieldValue[]): readonly FieldValue[] {
  return Array.isArray(value) ? value : [value as FieldValue];
}

function isEqual(have: FieldValue, wanted: string, isCaseSensitive: boolean): boolean {
  if (have === undefined || wanted === "") return (have ?? "") === wanted;
  if (have instanceof Date) return have.getTime() === parseTime(wanted);
  const text = String(have);
  return isCaseSensitive ? matchText(text, wanted) : matchText(text.toLowerCase(), wanted.toLowerCase());
}

function isOrdered(have: FieldValue, operator: Exclude<Operator, "=" | "!=">, wanted: string): boolean {
  if (have === undefined) return false;
  const compared =
    have instanceof Date
      ? have.getTime() - parseTime(wanted)
      : compareValues(have, typeof have === "number" ? Number(wanted) : wanted);
  switch (operator) {
    case "<":
      return compared < 0;
    case ">":
      return compared > 0;
    case "<=":
      return compared <= 0;
    case ">=":
      return compared >= 0;
    default:
      return unreachable(operator);
  }
}

function parseTime(text: string): number {
  const timeMs = Date.parse(text);
  if (Number.isNaN(timeMs)) throw new BadSearch(`'${text.slice(0, 40)}' is not a time`);
  return timeMs;
}

function sort<Item>(items: Item[], get: SearchFields<Item>[string], isDescending: boolean): void {
  const sign = isDescending ? -1 : 1;
  items.sort((a, b) => sign * compareValues(valuesOf(get(a))[0], valuesOf(get(b))[0]));
}

function compareValues(a: FieldValue, b: FieldValue): number {
  if (a === undefined || b === undefined) return Number(b === undefined) - Number(a === undefined);
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
  const [textA, textB] = [String(a).toLowerCase(), String(b).toLowerCase()];
  if (textA === textB) return 0;
  return textA < textB ? -1 : 1;
}
