import { assert } from "@yagura/std/assert.ts";
import type { ClusterId } from "@yagura/std/ids.ts";
import type { Tx } from "../db/database.ts";
import { admitHost, getPoolNumber } from "../db/queries/enrolled-hosts.ts";
import { deleteHostRequests } from "../db/queries/host-requests.ts";
import { findFreePoolNumber } from "../db/queries/hosts.ts";
import type { EnrolledHost } from "../domain/host/enrolment.ts";

/** A host that only waits has no place in the pool yet. */
export const NO_POOL_NUMBER = 0;

export interface AdmissionTerms {
  readonly address: string;
  readonly port: number;
  readonly clusterId: ClusterId;
  readonly keyFingerprint: string | undefined;
}

/**
 * Makes a host one of ours, with this key; its caller has made sure that there is room. A host that was approved before
 * keeps its status: another key does not make it come or go.
 */
export async function admit(tx: Tx, host: EnrolledHost, terms: AdmissionTerms): Promise<void> {
  const held = await getPoolNumber(tx, host.id);
  const poolNumber = held === NO_POOL_NUMBER ? await findFreePoolNumber(tx) : held;
  assert(poolNumber !== undefined, "a host is admitted although the pool has no number left");
  await admitHost(tx, host.id, {
    ...terms,
    keyFingerprint: terms.keyFingerprint ?? null,
    status: host.status === "pending_approval" ? "unassigned" : host.status,
    poolNumber,
  });
  // Whoever else asked for this id has lost. If he asks again, he waits as one who wants to replace the key.
  await deleteHostRequests(tx, host.id);
}
