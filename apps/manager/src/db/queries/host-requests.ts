import type { HostId } from "@yagura/std/ids.ts";
import type { HostRequest } from "../../domain/host/enrolment.ts";
import type { Db, Tx } from "../database.ts";
import type { HostRequestRow } from "../schema.ts";

export async function listHostRequests(db: Db, filter: { readonly hostId?: HostId } = {}): Promise<HostRequest[]> {
  let query = db.selectFrom("hostRequests").selectAll().orderBy("firstSeenAtMs").orderBy("keyFingerprint");
  if (filter.hostId !== undefined) query = query.where("hostId", "=", filter.hostId);
  return (await query.execute()).map(toRequest);
}

export async function countHostRequests(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom("hostRequests")
    .select(({ fn }) => fn.countAll().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Adds the request, or notes that it was made again. What it first said of name and address stays. */
export async function noteHostRequest(tx: Tx, request: HostRequest): Promise<void> {
  await tx
    .insertInto("hostRequests")
    .values({ ...request, keyFingerprint: request.keyFingerprint ?? "" })
    .onConflict((conflict) =>
      conflict
        .columns(["hostId", "keyFingerprint"])
        .doUpdateSet({ lastSeenAtMs: request.lastSeenAtMs, source: request.source }),
    )
    .execute();
}

export async function deleteHostRequests(tx: Tx, hostId: HostId, keyFingerprint?: string): Promise<number> {
  let query = tx.deleteFrom("hostRequests").where("hostId", "=", hostId);
  if (keyFingerprint !== undefined) query = query.where("keyFingerprint", "=", keyFingerprint);
  return Number((await query.executeTakeFirst()).numDeletedRows);
}

function toRequest({ keyFingerprint, hostId, ...row }: HostRequestRow): HostRequest {
  return { ...row, hostId: hostId as HostId, ...(keyFingerprint !== "" && { keyFingerprint }) };
}
