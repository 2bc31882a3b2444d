import type { Kysely, Transaction } from "kysely";
import type { Tables } from "./schema.ts";

/** The database for reading. */
export type Db = Kysely<Tables>;

/** The database within a transaction: the only thing that queries which write accept (`transaction.ts`). */
export type Tx = Transaction<Tables>;
