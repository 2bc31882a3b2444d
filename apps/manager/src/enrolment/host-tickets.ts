import type { ClusterId } from "@yagura/std/ids.ts";
import { hashToken, newToken } from "../auth/authn/tokens.ts";
import { getCluster } from "../db/queries/clusters.ts";
import { deleteHostTicketsEndedBefore, insertHostTicket, revokeHostTicket } from "../db/queries/host-tickets.ts";
import { transaction } from "../db/transaction.ts";
import { refuseIf } from "../domain/errors.ts";
import type { EnrolmentContext } from "./enrolment-context.ts";

export interface NewHostTicket {
  readonly id: string;
  /** Told once; only its hash is stored. */
  readonly ticket: string;
  readonly expiresAtMs: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const VALID_MS_MAX = 30 * DAY_MS;
/** Ended tickets are kept this long, so that "used before" and "expired" can be told from "there is no such ticket". */
const KEPT_MS = 90 * DAY_MS;

/**
 * A ticket that admits one host to a cluster, without an administrator. The caller has made sure that this user may do it.
 * @throws NotFound when there is no such cluster; OperationRefused
 */
export async function createHostTicket(
  context: Pick<EnrolmentContext, "db" | "clock">,
  {
    clusterId,
    validMs,
    createdBy,
  }: { readonly clusterId: ClusterId; readonly validMs: number; readonly createdBy?: string },
): Promise<NewHostTicket> {
  const isSensible = Number.isSafeInteger(validMs) && validMs > 0 && validMs <= VALID_MS_MAX;
  refuseIf("Cannot create a host ticket.", isSensible ? [] : ["It can be valid for at most 30 days."], "invalid");
  const ticket = newToken();
  const createdAtMs = context.clock.nowMs();
  const expiresAtMs = createdAtMs + validMs;
  const id = crypto.randomUUID();
  await transaction(context.db, async (tx) => {
    await getCluster(tx, clusterId);
    await deleteHostTicketsEndedBefore(tx, createdAtMs - KEPT_MS);
    await insertHostTicket(tx, {
      id,
      secretHash: hashToken(ticket) ?? "",
      clusterId,
      createdAtMs,
      expiresAtMs,
      isRevoked: false,
      ...(createdBy !== undefined && { createdBy }),
    });
  });
  return { id, ticket, expiresAtMs };
}

/** Makes a ticket worthless because somebody may have read it on the way. Harmless for a host that it has admitted. */
export async function burnHostTicket(
  context: Pick<EnrolmentContext, "db" | "clock" | "log" | "announce">,
  ticket: string,
  source: string,
): Promise<void> {
  const secretHash = hashToken(ticket);
  if (secretHash === undefined) return;
  const isBurned = await transaction(context.db, (tx) => revokeHostTicket(tx, secretHash, context.clock.nowMs()));
  if (!isBurned) return;
  context.log.warn("withdrew a ticket that came over plain HTTP", { source });
  const reason = `Its ticket came over plain HTTP from ${source} and was withdrawn.`;
  await context.announce({ name: "hostRegistrationFailed", details: { reason } });
}
