import { PostgresDialect } from "kysely";
import { Pool, types } from "pg";

/** PostgreSQL sends 64-bit integers (type 20) as text, because they may not fit; ours do: bytes and milliseconds. */
const bigintType = 20;

export interface PostgresOptions {
  /** `postgres://user@host/database`, or one with a socket: `postgres://user@/database?host=/run/postgresql`. */
  readonly url: string;
  readonly onConnectionLost: (cause: Error) => void;
}

export function postgresDialect({ url, onConnectionLost }: PostgresOptions): PostgresDialect {
  const pool = new Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 60_000,
    types: {
      getTypeParser: (type: number, format?: "text" | "binary") =>
        type === bigintType ? toSafeNumber : types.getTypeParser(type, format as "text"),
    },
  });
  // An idle connection that breaks must not end the process; the pool opens another one.
  pool.on("error", onConnectionLost);
  return new PostgresDialect({ pool });
}

function toSafeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`the database holds a number that is too large: ${text}`);
  return value;
}
