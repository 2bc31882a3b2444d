import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Kysely, sql } from "kysely";
import type { Tables } from "./schema.ts";
import { transaction } from "./transaction.ts";

const migrationsFolder = join(import.meta.dirname, "migrations");

export type DatabaseKind = "sqlite" | "postgres";

/** A number that counts up by itself; ids are never used again, also after the last row is gone. */
const identity: Readonly<Record<DatabaseKind, string>> = {
  sqlite: "integer primary key autoincrement",
  postgres: "bigint primary key generated always as identity",
};

/** The database was written by a newer version of the Manager: going back would lose what that one knows. */
export class NewerSchema extends Error {
  override readonly name = "NewerSchema";
}

export class CannotMigrate extends Error {
  override readonly name = "CannotMigrate";
}

/**
 * Brings the database to the newest schema, forward only, each migration in a transaction of its own.
 * @throws NewerSchema, CannotMigrate
 */
export async function migrate(db: Kysely<Tables>, kind: DatabaseKind, folder = migrationsFolder): Promise<void> {
  const known = (await readdir(folder)).filter((file) => file.endsWith(".sql")).sort();
  await sql`create table if not exists schema_migrations (name text primary key, applied_at_ms bigint not null)`.execute(
    db,
  );
  const applied = new Set(
    (await sql<{ name: string }>`select name from schema_migrations`.execute(db)).rows.map((row) => row.name),
  );
  const unknown = [...applied].filter((name) => !known.includes(name)).sort();
  if (unknown.length > 0) {
    throw new NewerSchema(
      `the database was written by a newer version of the Manager (it has ${unknown.join(", ")}); ` +
        "start that version, or restore a backup made before the upgrade",
    );
  }
  for (const name of known.filter((file) => !applied.has(file))) await apply(db, kind, folder, name);
}

async function apply(db: Kysely<Tables>, kind: DatabaseKind, folder: string, name: string): Promise<void> {
  const text = await readFile(join(folder, name), "utf8");
  try {
    await transaction(db, async (tx) => {
      for (const statement of statementsOf(text)) {
        await sql.raw(inWordsOf(kind, statement)).execute(tx);
      }
      await sql`insert into schema_migrations (name, applied_at_ms) values (${name}, ${0})`.execute(tx);
    });
  } catch (cause) {
    throw new CannotMigrate(`cannot apply the migration ${name}`, { cause });
  }
}

/** `{{identity}}`, and `{{column.member.member}}` for a member of a JSON document. */
function inWordsOf(kind: DatabaseKind, statement: string): string {
  return statement
    .replaceAll("{{identity}}", identity[kind])
    .replace(/\{\{(\w+)\.([\w.]+)\}\}/g, (_, column, path: string) =>
      kind === "sqlite"
        ? `json_extract(${column}, '$.${path}')`
        : `(${column}::json #>> '{${path.replaceAll(".", ",")}}')`,
    );
}

/** The statements of a file; our migrations have no `;` inside of strings or functions. */
function statementsOf(text: string): string[] {
  return text
    .replace(/^\s*--.*$/gm, "")
    .split(";")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}
