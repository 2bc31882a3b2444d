import { CamelCasePlugin, Kysely } from "kysely";
import type { Db } from "./database.ts";
import type { DatabaseOptions } from "./open-database.ts";
import { postgresDialect } from "./postgres-dialect.ts";
import type { Tables } from "./schema.ts";
import { sqliteReadingDialect } from "./sqlite-dialect.ts";

/** Opens the database beside a Manager that may be running: it is not brought to another schema, and SQLite writes nothing. */
export function openReading(options: DatabaseOptions): Db {
  const dialect =
    options.kind === "sqlite"
      ? sqliteReadingDialect(options.path)
      : postgresDialect({ url: options.url, onConnectionLost: () => undefined });
  return new Kysely<Tables>({ dialect, plugins: [new CamelCasePlugin()] });
}
