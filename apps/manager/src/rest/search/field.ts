import { sql } from "kysely";
import type { Sight } from "../../auth/authz/policy.ts";
import { type SightedType, visible } from "../../auth/authz/visible.ts";
import type { Condition, Sql } from "../../db/conditions.ts";

/**
 * How a field is compared. `text`: without case, `*` for anything. `word`: the same of a text that is stored in lower case (ids,
 * statuses), so that the column's own index serves. `time`: stored in milliseconds, written as a date. `bit`: true or false.
 */
export type FieldType = "text" | "word" | "number" | "bit" | "time";

/** Something of the object itself, or of others that belong to it. */
export type Field = OwnField | CrossField;

export interface OwnField {
  readonly type: FieldType;
  readonly value: Sql;
}

/** A cross reference: `value` of those rows of `from` whose `owner` is the object's `key`. */
export interface CrossField extends OwnField {
  readonly key: Sql;
  readonly from: Sql;
  readonly owner: Sql;
  /** What the rows of `from` are: those that the caller may not see do not count. `system`: only for who sees all of it. */
  readonly sees?: SightedType | "system";
}

export type Fields = Readonly<Record<string, Field>>;

/** Who looks. */
export interface Viewer {
  readonly sight: Sight;
  readonly isAdministrator: boolean;
  readonly userId?: string;
}

/** A kind of object that can be searched. */
export interface Searchable {
  readonly from: Sql;
  readonly id: Sql;
  /** Of a list that nobody sorted; it ends with what no two objects share. */
  readonly order: Sql;
  /** `undefined`: the caller sees all of them. */
  visible(viewer: Viewer): Condition | undefined;
  readonly fields: Fields;
}

/** Who sees objects on which one can have roles. */
export function bySight(type: SightedType): Searchable["visible"] {
  return ({ sight }) => visible(type, sight);
}

export function text(value: Sql): OwnField {
  return { type: "text", value };
}

export function word(value: Sql): OwnField {
  return { type: "word", value };
}

export function number(value: Sql): OwnField {
  return { type: "number", value };
}

export function bit(value: Sql): OwnField {
  return { type: "bit", value };
}

export function time(value: Sql): OwnField {
  return { type: "time", value };
}

export function cross(
  { type, value }: OwnField,
  { key, from, owner, sees }: Omit<CrossField, keyof OwnField>,
): CrossField {
  return { type, value, key, from, owner, ...(sees !== undefined && { sees }) };
}

/** The same for every object. */
export function constant(value: string): OwnField {
  return text(sql`cast(${sql.lit(value)} as text)`);
}

/** Of something that nobody measures yet. */
export const notMeasured: OwnField = number(sql`cast(0 as integer)`);

/** Of something that we do not have yet: no object has a value. */
export const nothing: OwnField = text(sql`cast(null as text)`);

/** The objects of one kind as others refer to them: `datacenter`, `datacenter.name`. */
export function names(field: Field, ...called: readonly string[]): Fields {
  return Object.fromEntries(called.map((name) => [name, field]));
}
