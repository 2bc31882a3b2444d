import { type RawBuilder, type SqlBool, sql } from "kysely";

/** A piece of SQL that stands for a value. */
export type Sql = RawBuilder<unknown>;

/** A piece of SQL that is true or false. */
export type Condition = RawBuilder<SqlBool>;

export const never: Condition = sql`false`;

/** Whether one of them holds; without any, none does. */
export function anyOf(conditions: readonly (Condition | undefined)[]): Condition {
  const given = conditions.filter((each) => each !== undefined);
  return given.length === 0 ? never : sql`(${sql.join(given, sql` or `)})`;
}

/** Whether all of them hold; without any, all do. */
export function allOf(conditions: readonly (Condition | undefined)[]): Condition {
  const given = conditions.filter((each) => each !== undefined);
  return given.length === 0 ? sql`true` : sql`(${sql.join(given, sql` and `)})`;
}

/** What is not known counts as "does not hold". */
export function not(condition: Condition): Condition {
  return sql`not coalesce(${condition}, false)`;
}

/** `undefined` when there is nothing that the value could be. */
export function isOneOf(value: Sql, wanted: readonly (string | number)[]): Condition | undefined {
  return wanted.length === 0 ? undefined : sql`${value} in (${sql.join(wanted)})`;
}
