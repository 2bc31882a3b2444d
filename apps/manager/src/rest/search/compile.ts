import { type RawBuilder, sql } from "kysely";
import { visible } from "../../auth/authz/visible.ts";
import { allOf, anyOf, type Condition, isOneOf, never, not, type Sql } from "../../db/conditions.ts";
import { isEmpty, type TextConditions } from "../../db/text-conditions.ts";
import { BadSearch } from "./bad-search.ts";
import type { CrossField, Field, Fields, OwnField, Viewer } from "./field.ts";
import { matchText } from "./match-text.ts";
import type { Condition as Asked, Search } from "./parse-search.ts";
import type { Operator } from "./tokenize.ts";

export interface Compiling {
  readonly text: TextConditions;
  readonly isCaseSensitive: boolean;
  readonly viewer: Pick<Viewer, "sight">;
}

type Order = Exclude<Operator, "=" | "!=">;

/** The conditions of a search; `undefined` when it has none. @throws BadSearch for a field that there is not, or no time. */
export function compileConditions(
  { anyOf: alternatives }: Search,
  fields: Fields,
  how: Compiling,
): Condition | undefined {
  if (alternatives.length === 0) return undefined;
  return anyOf(alternatives.map((all) => allOf(all.map((asked) => compileOne(asked, fields, how)))));
}

/** What a list is sorted by; objects without a value are the smallest. @throws BadSearch */
export function compileOrder({ sortBy }: Search, fields: Fields, how: Compiling): Sql | undefined {
  if (sortBy === undefined) return undefined;
  const field = fieldOf(fields, sortBy.field);
  const isText = field.type === "text" || field.type === "word";
  const value = isText ? how.text.order(field.value) : field.value;
  const key = isCross(field)
    ? sql`(select min(${value}) from ${field.from} where ${allOf([sql`${field.owner} = ${field.key}`, seen(field, how)])})`
    : value;
  return sortBy.isDescending ? sql`${key} desc nulls last` : sql`${key} asc nulls first`;
}

function compileOne({ field: name, operator, value }: Asked, fields: Fields, how: Compiling): Condition {
  const field = fieldOf(fields, name);
  switch (operator) {
    case "=":
      return isEqual(field, value, how);
    case "!=":
      return not(isEqual(field, value, how));
    default:
      return ofField(field, how, (own) => isOrdered(own, operator, value, how));
  }
}

function fieldOf(fields: Fields, name: string): Field {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) {
    throw new BadSearch(`there is no field '${name.slice(0, 40)}' here; fields are ${Object.keys(fields).join(", ")}`);
  }
  return field;
}

function isCross(field: Field): field is CrossField {
  return "key" in field;
}

/** Asked of the object itself, or of any of those it refers to. */
function ofField(field: Field, how: Compiling, ask: (own: OwnField) => Condition): Condition {
  if (!isCross(field)) return ask(field);
  const where = allOf([ask(field), seen(field, how)]);
  return sql`${field.key} in (select ${field.owner} from ${field.from} where ${where})`;
}

function seen({ sees }: CrossField, { viewer }: Compiling): Condition | undefined {
  if (sees === "system") return viewer.sight.isWhole ? undefined : never;
  return sees === undefined ? undefined : visible(sees, viewer.sight);
}

function isEqual(field: Field, wanted: string, how: Compiling): Condition {
  if (wanted !== "") return ofField(field, how, (own) => isValue(own, wanted, how));
  const hasSome = ofField(field, how, (own) => not(hasNone(own)));
  return isCross(field) ? not(hasSome) : hasNone(field);
}

function hasNone({ type, value }: OwnField): Condition {
  return type === "text" || type === "word" ? isEmpty(value) : sql`${value} is null`;
}

function isValue({ type, value }: OwnField, wanted: string, { text, isCaseSensitive }: Compiling): Condition {
  switch (type) {
    case "text":
      return text.matches(value, wanted, { isCaseSensitive });
    case "word":
      return text.matches(value, wanted.toLowerCase(), { isCaseSensitive: true });
    case "bit":
      return isOneOf(value, bitsMatching(wanted)) ?? never;
    case "time":
      return sql`${value} = ${parseTime(wanted)}`;
    case "number":
      return wanted.includes("*")
        ? text.matches(sql`cast(${value} as text)`, wanted, { isCaseSensitive: true })
        : compareNumbers(value, sql`=`, wanted);
  }
}

function bitsMatching(wanted: string): number[] {
  const words = { false: 0, true: 1 };
  return Object.entries(words).flatMap(([name, bit]) => (matchText(name, wanted.toLowerCase()) ? [bit] : []));
}

const orders: Readonly<Record<Order, RawBuilder<unknown>>> = {
  "<": sql`<`,
  ">": sql`>`,
  "<=": sql`<=`,
  ">=": sql`>=`,
};

function isOrdered({ type, value }: OwnField, order: Order, wanted: string, { text }: Compiling): Condition {
  switch (type) {
    case "number":
      return compareNumbers(value, orders[order], wanted);
    case "time":
      return sql`${value} ${orders[order]} ${parseTime(wanted)}`;
    case "bit":
      return sql`case ${value} when 1 then 'true' else 'false' end ${orders[order]} ${wanted.toLowerCase()}`;
    case "text":
    case "word":
      return sql`${text.order(value)} ${orders[order]} ${wanted.toLowerCase()}`;
  }
}

/** What is no number is neither equal to one nor before nor after it. */
function compareNumbers(value: Sql, operator: Sql, wanted: string): Condition {
  const number = wanted.trim() === "" ? Number.NaN : Number(wanted);
  if (!Number.isFinite(number)) return never;
  if (Number.isSafeInteger(number)) return sql`${value} ${operator} ${number}`;
  return sql`cast(${value} as double precision) ${operator} cast(${String(number)} as double precision)`;
}

function parseTime(text: string): number {
  const timeMs = Date.parse(text);
  if (Number.isNaN(timeMs)) throw new BadSearch(`'${text.slice(0, 40)}' is not a time`);
  return timeMs;
}
