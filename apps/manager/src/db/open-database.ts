import { CamelCasePlugin, type Dialect, Kysely } from "kysely";
import { refuseBesideTransaction } from "./beside-transaction.ts";
import type { Db } from "./database.ts";
import { type DatabaseKind, migrate } from "./migrate.ts";
import { postgresDialect } from "./postgres-dialect.ts";
import type { Tables } from "./schema.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";

export type DatabaseOptions =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string; readonly onConnectionLost?: (cause: Error) => void };

export class CannotOpenDatabase extends Error {
  override readonly name = "CannotOpenDatabase";
}

/**
 * Opens the database and brings it to the newest schema. `":memory:"` is a SQLite database that ends with the process.
 * @param migrations a folder with other migrations than ours: tests begin with an older schema.
 */
export async function openDatabase(
  options: DatabaseOptions,
  { migrations }: { readonly migrations?: string } = {},
): Promise<Db> {
  try {
    const db = new Kysely<Tables>({
      dialect: dialectOf(options),
      plugins: [new CamelCasePlugin(), refuseBesideTransaction],
    });
    await migrateOrClose(db, options.kind, migrations);
    return db;
  } catch (cause) {
    const where = options.kind === "sqlite" ? options.path : "on PostgreSQL";
    throw new CannotOpenDatabase(`cannot open the database ${where}`, { cause });
  }
}

function dialectOf(options: DatabaseOptions): Dialect {
  if (options.kind === "sqlite") return sqliteDialect(options.path);
  return postgresDialect({ url: options.url, onConnectionLost: options.onConnectionLost ?? (() => undefined) });
}

async function migrateOrClose(db: Db, kind: DatabaseKind, migrations: string | undefined): Promise<void> {
  try {
    await migrate(db, kind, migrations);
  } catch (error) {
    await db.destroy();
    throw error;
  }
}
