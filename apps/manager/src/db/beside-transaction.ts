import { AsyncLocalStorage } from "node:async_hooks";
import type { KyselyPlugin } from "kysely";

/**
 * A query past the transaction in whose work it stands: it would not see what the transaction has written and, as SQLite has
 * one connection, wait for it for ever. The types cannot tell (a `Tx` is a `Db`), so it is refused when it happens.
 */
export class BesideTransaction extends Error {
  override readonly name = "BesideTransaction";

  constructor() {
    super("within a transaction the transaction must be asked, not the database beside it");
  }
}

const within = new AsyncLocalStorage<true>();

/** Runs the work of a transaction. */
export function asTransaction<T>(work: () => Promise<T>): Promise<T> {
  return within.run(true, work);
}

/** @throws BesideTransaction */
export function refuseWithinTransaction(): void {
  if (within.getStore() === true) throw new BesideTransaction();
}

/** The database has it, a transaction has not: it refuses queries that stand in the work of a transaction. */
export const refuseBesideTransaction: KyselyPlugin = {
  transformQuery({ node }) {
    refuseWithinTransaction();
    return node;
  },
  transformResult: ({ result }) => Promise.resolve(result),
};
