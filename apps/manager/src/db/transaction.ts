import { setTimeout as pause } from "node:timers/promises";
import { CamelCasePlugin, type Kysely } from "kysely";
import { asTransaction, refuseWithinTransaction } from "./beside-transaction.ts";
import type { Tx } from "./database.ts";
import type { Tables } from "./schema.ts";

/** Two transactions met; one of them must be done again. With ten Managers a fifth collision in a row is a mistake. */
const ATTEMPTS_MAX = 20;

/** SQLSTATE of serialization failure and deadlock. */
const postgresCollisions: readonly unknown[] = ["40001", "40P01"];
/** SQLITE_BUSY and SQLITE_LOCKED: another process has the file. */
const sqliteCollisions: readonly unknown[] = [5, 6];

/**
 * The only way to write. All of `work` happens or nothing; it may run more than once, so it must do nothing but
 * read and write the database, through what it is given.
 * @throws BesideTransaction when it stands in the work of another one.
 */
export async function transaction<T>(db: Kysely<Tables>, work: (tx: Tx) => Promise<T>): Promise<T> {
  refuseWithinTransaction();
  for (let attempt = 1; ; attempt++) {
    try {
      return await db
        .transaction()
        .setIsolationLevel("serializable")
        .execute((tx) => asTransaction(() => work(tx.withoutPlugins().withPlugin(new CamelCasePlugin()))));
    } catch (error) {
      if (!isCollision(error) || attempt >= ATTEMPTS_MAX) throw error;
      await pause(attempt * 5 + ((attempt * 7919) % 11));
    }
  }
}

function isCollision(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && postgresCollisions.includes(error.code)) return true;
  return "errcode" in error && sqliteCollisions.includes(error.errcode);
}
