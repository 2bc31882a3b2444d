import type { ClusterId, HostId } from "@yagura/std/ids.ts";
import { getCluster } from "../db/queries/clusters.ts";
import { findEnrolledHost, findHostAtAddress } from "../db/queries/enrolled-hosts.ts";
import { deleteHostRequests, listHostRequests } from "../db/queries/host-requests.ts";
import { findFreePoolNumber } from "../db/queries/hosts.ts";
import { transaction } from "../db/transaction.ts";
import { NotFound, refuseIf } from "../domain/errors.ts";
import type { EnrolledHost, HostRequest } from "../domain/host/enrolment.ts";
import { admit } from "./admit.ts";
import type { EnrolmentContext } from "./enrolment-context.ts";
import { findLocalHost, localHostProblem } from "./local-host.ts";

export interface Approval {
  readonly hostId: HostId;
  /** Which of the requests for this id; needed when there are several. SHA-256 of the public key, hex. */
  readonly keyFingerprint?: string;
  /** Where the host goes; by default where it waits. */
  readonly clusterId?: ClusterId;
  /** For the audit log. */
  readonly user?: { readonly id: string; readonly name: string };
}

/**
 * An administrator lets a host in, or accepts another key of a host that is in. The host gets its certificate when it
 * asks the next time. The caller has made sure that this user may do it.
 * @throws NotFound, OperationRefused
 */
export async function approveHost(
  context: Pick<EnrolmentContext, "db" | "announce">,
  approval: Approval,
): Promise<void> {
  const host = await transaction(context.db, async (tx) => {
    const found = await findEnrolledHost(tx, approval.hostId);
    if (found === undefined) throw new NotFound("host", approval.hostId);
    const { clusterId = found.clusterId } = approval;
    await getCluster(tx, clusterId);
    const request = chooseRequest(found, await listHostRequests(tx, { hostId: found.id }), approval.keyFingerprint);
    const { address, port, keyFingerprint } = request ?? found;
    const holder = await findHostAtAddress(tx, { address, port, exceptHostId: found.id });
    refuseIf(attempt, holder === undefined ? [] : [`Host ${holder.name} has the same address and port.`]);
    const isFull = found.status === "pending_approval" && (await findFreePoolNumber(tx)) === undefined;
    refuseIf(attempt, isFull ? ["There are 250 hosts already."] : []);
    const localHost = await findLocalHost(tx, { clusterId, exceptHostId: found.id });
    refuseIf(attempt, localHost === undefined ? [] : [localHostProblem(localHost)]);
    await admit(tx, found, { address, port, clusterId, keyFingerprint });
    return found;
  });
  const { user } = approval;
  await context.announce({ name: "hostApproved", host: { id: host.id, name: host.name }, ...(user && { user }) });
}

/** An administrator turns a request down. What is in the database already stays; a host that only waited is removed with `deleteHost`. */
export async function rejectHostRequest(
  context: Pick<EnrolmentContext, "db">,
  { hostId, keyFingerprint }: { readonly hostId: HostId; readonly keyFingerprint: string },
): Promise<void> {
  const deleted = await transaction(context.db, (tx) => deleteHostRequests(tx, hostId, keyFingerprint));
  if (deleted === 0) throw new NotFound("host", `${hostId} with the key ${keyFingerprint}`);
}

const attempt = "Cannot approve host.";

/** The request that is meant, or `undefined` for a host that asked by the old protocol and has no key. */
function chooseRequest(
  host: EnrolledHost,
  requests: readonly HostRequest[],
  keyFingerprint: string | undefined,
): HostRequest | undefined {
  const keyed = requests.filter((request) => request.keyFingerprint !== undefined);
  if (keyFingerprint !== undefined) {
    const chosen = keyed.find((request) => request.keyFingerprint === keyFingerprint.toLowerCase());
    refuseIf(attempt, chosen === undefined ? [`No request with the key ${keyFingerprint} waits.`] : [], "invalid");
    return chosen;
  }
  const keys = keyed.map((request) => request.keyFingerprint).join(", ");
  // Which of them is the real host is the very question that an administrator is there to answer.
  refuseIf(attempt, keyed.length > 1 ? [`Several keys ask for this host; say which one is its own: ${keys}.`] : []);
  const isWaiting = requests.length > 0 || host.status === "pending_approval";
  refuseIf(attempt, isWaiting ? [] : [`Host ${host.name} is approved already.`]);
  return keyed[0];
}
