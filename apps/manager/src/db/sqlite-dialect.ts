import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { SqliteDialect } from "kysely";

/**
 * kysely on Node's own SQLite. The journal is a write-ahead log that is flushed at each commit: what was committed is
 * still there after a power cut.
 */
export function sqliteDialect(path: string): SqliteDialect {
  const database = new DatabaseSync(path, { timeout: 10_000 });
  try {
    database.exec("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on");
    database.exec(`pragma cache_size = -${CACHE_KIB}`);
  } catch (error) {
    database.close();
    throw error;
  }
  return dialectOf(database);
}

/** The same for reading only, beside a Manager that has the file open. */
export function sqliteReadingDialect(path: string): SqliteDialect {
  return dialectOf(new DatabaseSync(path, { timeout: 10_000, readOnly: true }));
}

/** Pages of the database that are kept in memory: those of some ten thousand VMs. */
const CACHE_KIB = 32 * 1024;

/** Of these the newest stay prepared; a Manager asks the same few hundred questions all day. */
const STATEMENTS_MAX = 300;

interface Prepared {
  readonly statement: StatementSync;
  /** It returns rows. */
  readonly isReader: boolean;
}

function dialectOf(database: DatabaseSync): SqliteDialect {
  const statements = new Map<string, Prepared>();
  database.function("fold", { deterministic: true }, (text) => (typeof text === "string" ? text.toLowerCase() : text));
  const prepare = (text: string): Prepared => {
    const statement = database.prepare(text);
    return { statement, isReader: statement.columns().length > 0 };
  };
  const prepared = (text: string): Prepared => {
    const found = statements.get(text) ?? prepare(text);
    // The one that was used last is the last to go.
    statements.delete(text);
    statements.set(text, found);
    const [oldest] = statements.keys();
    if (statements.size > STATEMENTS_MAX && oldest !== undefined) statements.delete(oldest);
    return found;
  };
  return new SqliteDialect({
    database: {
      close() {
        statements.clear();
        database.close();
      },
      prepare(text) {
        // A full disk ends the transaction at once; a second end would hide why.
        if (text === "rollback" && !database.isTransaction) return nothing;
        const { statement, isReader } = prepared(text);
        return {
          reader: isReader,
          all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
          run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
          iterate: (parameters) => database.prepare(text).iterate(...(parameters as SQLInputValue[])),
        };
      },
    },
  });
}

const nothing = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
};
