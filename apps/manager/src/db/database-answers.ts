import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import { sql } from "kysely";
import type { Db } from "./database.ts";

/** For the health page: whether a question gets an answer, whatever it is that may be wrong. */
export async function databaseAnswers(db: Db, log: Log): Promise<boolean> {
  try {
    await sql`select 1`.execute(db);
    return true;
  } catch (error) {
    log.error("the database does not answer", { error: describeError(error) });
    return false;
  }
}
