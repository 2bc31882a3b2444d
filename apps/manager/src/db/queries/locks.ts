import type { SagaId } from "@yagura/std/ids.ts";
import type { Db, Tx } from "../database.ts";

export interface Lock {
  readonly resource: string;
  readonly sagaId: SagaId;
  /** What is done meanwhile: "creating the disk". */
  readonly reason: string;
}

/** The locks on any of these resources. */
export async function listLocks(db: Db, resources: readonly string[]): Promise<Lock[]> {
  if (resources.length === 0) return [];
  const rows = await db.selectFrom("locks").selectAll().where("resource", "in", resources).execute();
  return rows.map((row) => ({ ...row, sagaId: row.sagaId as SagaId }));
}

export async function listLocksOf(db: Db, sagaId: SagaId): Promise<Lock[]> {
  const rows = await db.selectFrom("locks").selectAll().where("sagaId", "=", sagaId).orderBy("resource").execute();
  return rows.map((row) => ({ ...row, sagaId }));
}

/** The database refuses a second lock on the same resource. */
export async function insertLocks(tx: Tx, locks: readonly Lock[]): Promise<void> {
  if (locks.length > 0)
    await tx
      .insertInto("locks")
      .values([...locks])
      .execute();
}

export async function deleteLocksOf(tx: Tx, sagaId: SagaId): Promise<void> {
  await tx.deleteFrom("locks").where("sagaId", "=", sagaId).execute();
}
