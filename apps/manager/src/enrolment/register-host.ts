import { assert } from "@yagura/std/assert.ts";
import type { ClusterId, HostId } from "@yagura/std/ids.ts";
import type { LogFields } from "@yagura/std/log.ts";
import { hashToken } from "../auth/authn/tokens.ts";
import type { Tx } from "../db/database.ts";
import { findDefaultClusterId, findEnrolledHost, findHostAtAddress } from "../db/queries/enrolled-hosts.ts";
import { countHostRequests, listHostRequests, noteHostRequest } from "../db/queries/host-requests.ts";
import { findHostTicket, spendHostTicket } from "../db/queries/host-tickets.ts";
import { deleteHost, findFreePoolNumber, findHostByName, insertHost } from "../db/queries/hosts.ts";
import { transaction } from "../db/transaction.ts";
import type { EnrolledHost, HostRequest } from "../domain/host/enrolment.ts";
import { admit, NO_POOL_NUMBER } from "./admit.ts";
import { decideEnrolment, type EnrolmentDecision, type EnrolmentView } from "./decide-enrolment.ts";
import { defaultLimits, type EnrolmentContext } from "./enrolment-context.ts";
import { findLocalHost } from "./local-host.ts";

/** Somebody who asks to be a host, by any of the protocols, with everything checked for its form. */
export interface Registration {
  readonly hostId: HostId;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** The key that signed the request; none in the old protocols. */
  readonly keyFingerprint?: string | undefined;
  readonly ticket?: string | undefined;
  /** The address from which the request came. */
  readonly source: string;
  /** It came from the machine on which the Manager runs. */
  readonly isFromHere: boolean;
}

export interface RegistrationResult {
  readonly decision: EnrolmentDecision;
  /** The host as it is afterwards; none when it was refused. */
  readonly host: EnrolledHost | undefined;
}

/** Looks at who asks, decides, and writes the decision down; all in one transaction, so that a ticket is spent once. */
export async function registerHost(context: EnrolmentContext, registration: Registration): Promise<RegistrationResult> {
  const nowMs = context.clock.nowMs();
  const { isNews, isKnown, ...result } = await transaction(context.db, async (tx) => {
    const view = await readView(context, tx, registration, nowMs);
    const decision = decideEnrolment(registration, view);
    const isNews = await carryOut(tx, registration, { decision, view });
    const isKnown = view.host !== undefined && view.host.status !== "pending_approval";
    return { decision, isNews, isKnown, host: await findEnrolledHost(tx, registration.hostId) };
  });
  if (result.decision.do === "refuse") {
    const { code, because } = result.decision;
    context.log.warn("refused a host", { ...facts(registration), code, because });
  }
  if (isNews) await tell(context, registration, { decision: result.decision, isKnown });
  return result;
}

async function readView(
  context: EnrolmentContext,
  tx: Tx,
  registration: Registration,
  nowMs: number,
): Promise<EnrolmentView> {
  const { hostId, address, port, ticket } = registration;
  const secretHash = hashToken(ticket);
  const found = secretHash === undefined ? undefined : await findHostTicket(tx, secretHash);
  const isManagersName = context.managerNames().some((name) => name.toLowerCase() === address);
  return {
    nowMs,
    host: await findEnrolledHost(tx, hostId),
    requests: await listHostRequests(tx, { hostId }),
    ticket: ticket === undefined ? "none" : (found ?? "unknown"),
    addressHolder: await findHostAtAddress(tx, { address, port, exceptHostId: hostId }),
    claimsManagersName: isManagersName && !registration.isFromHere,
    pendingRequests: await countHostRequests(tx),
    hasRoom: (await findFreePoolNumber(tx)) !== undefined,
    localHost: found && (await findLocalHost(tx, { clusterId: found.clusterId, exceptHostId: hostId })),
    defaultClusterId: await findDefaultClusterId(tx),
    limits: context.limits ?? defaultLimits,
  };
}

interface Decided {
  readonly decision: EnrolmentDecision;
  readonly view: EnrolmentView;
}

/** Returns whether something happened that people should hear of. */
async function carryOut(tx: Tx, registration: Registration, { decision, view }: Decided): Promise<boolean> {
  const { hostId, keyFingerprint, address, port } = registration;
  switch (decision.do) {
    case "recognise":
    case "refuse":
      return false;
    case "wait":
      if (view.host === undefined) await insertPendingHost(tx, registration, { ...decision, nowMs: view.nowMs });
      await noteHostRequest(tx, toRequest(registration, view.nowMs));
      return view.requests.every((request) => request.keyFingerprint !== keyFingerprint);
    case "admit": {
      if (decision.displacedHostId !== undefined) await deleteHost(tx, decision.displacedHostId);
      const host = view.host ?? (await insertPendingHost(tx, registration, { ...decision, nowMs: view.nowMs }));
      const isSpent = await spendHostTicket(tx, {
        secretHash: hashToken(registration.ticket) ?? "",
        hostId,
        keyFingerprint,
        nowMs: view.nowMs,
      });
      assert(isSpent, "a ticket was spent by two at once although transactions are serializable");
      // An approved host that now brings its key keeps the address that was approved.
      const place = host.status === "pending_approval" ? { address, port } : { address: host.address, port: host.port };
      await admit(tx, host, { ...place, clusterId: decision.clusterId, keyFingerprint });
      return true;
    }
  }
}

function toRequest(registration: Registration, nowMs: number): HostRequest {
  const { hostId, keyFingerprint, name, address, port, source } = registration;
  const base = { hostId, name, address, port, source, firstSeenAtMs: nowMs, lastSeenAtMs: nowMs };
  return keyFingerprint === undefined ? base : { ...base, keyFingerprint };
}

async function insertPendingHost(
  tx: Tx,
  registration: Registration,
  { clusterId, nowMs }: { readonly clusterId: ClusterId; readonly nowMs: number },
): Promise<EnrolledHost> {
  const { hostId: id, address, port } = registration;
  const host = {
    id,
    address,
    port,
    clusterId,
    status: "pending_approval" as const,
    name: await freeName(tx, registration),
  };
  await insertHost(tx, {
    ...host,
    description: "",
    comment: "",
    hardwareId: id,
    spmPriority: 5,
    poolNumber: NO_POOL_NUMBER,
    createdAtMs: nowMs,
  });
  return host;
}

/** Hosts choose their names themselves, so two may choose the same one; the id tells them apart. */
async function freeName(tx: Tx, { name, hostId }: Registration): Promise<string> {
  const holder = await findHostByName(tx, name);
  return holder === undefined || holder.id === hostId ? name : `${name.slice(0, 218)}-${hostId}`;
}

interface News {
  readonly decision: EnrolmentDecision;
  /** The host was approved before. */
  readonly isKnown: boolean;
}

async function tell(context: EnrolmentContext, registration: Registration, { decision, isKnown }: News): Promise<void> {
  const host = { id: registration.hostId, name: registration.name };
  context.log.info("a host asked in", { ...facts(registration), decision: decision.do });
  if (decision.do === "admit") {
    await context.announce({ name: "hostApproved", host, details: { user: "a ticket" } });
  } else if (isKnown && decision.do === "wait") {
    // It may be the host, installed again; or somebody who would like to be it. The key is what tells them apart.
    const who = `${host.name} (${registration.source}, key ${registration.keyFingerprint ?? "none"})`;
    await context.announce({
      name: "hostRegistrationFailed",
      host,
      details: { reason: `${who} has to wait: ${decision.because}.` },
    });
  } else {
    await context.announce({ name: "hostRegistered", host });
  }
}

/** For the log. The ticket is a secret, and stays out. */
function facts({ hostId, name, address, port, keyFingerprint, source }: Registration): LogFields {
  return { hostId, name, address, port, keyFingerprint, source };
}
