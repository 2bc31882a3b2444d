import type { ClusterId, HostId } from "@yagura/std/ids.ts";
import type { EnrolledHost, HostRequest, HostTicket } from "../domain/host/enrolment.ts";
import { localHostProblem } from "./local-host.ts";

/** Who asks. What the request says is a claim; only the key is proven. */
export interface Applicant {
  readonly hostId: HostId;
  readonly address: string;
  readonly port: number;
  /** The key that signed the request. None: the old protocol, which has no keys. */
  readonly keyFingerprint?: string | undefined;
}

/** Everything that the answer depends on, and nothing else. */
export interface EnrolmentView {
  readonly nowMs: number;
  /** The host of that id, approved or pending. */
  readonly host: EnrolledHost | undefined;
  /** What waits for an administrator under that id. */
  readonly requests: readonly Pick<HostRequest, "keyFingerprint">[];
  readonly ticket: HostTicket | "none" | "unknown";
  /** Another host, approved or pending, that is reached at the same address and port. */
  readonly addressHolder: Pick<EnrolledHost, "id" | "name" | "status"> | undefined;
  /** The address is one of the Manager's own names, and the applicant runs on another machine. */
  readonly claimsManagersName: boolean;
  readonly pendingRequests: number;
  /** The pool has a number left for one more host. */
  readonly hasRoom: boolean;
  /** The one host that the ticket's cluster can have, when it has it already. */
  readonly localHost: { readonly name: string } | undefined;
  /** Where a host goes that no ticket sends elsewhere. */
  readonly defaultClusterId: ClusterId | undefined;
  readonly limits: { readonly requests: number; readonly requestsPerHost: number };
}

export type RefusalCode =
  | "bad-ticket"
  | "address-taken"
  | "managers-name"
  | "too-many-requests"
  | "too-many-hosts"
  | "no-cluster"
  | "not-renewable";

export interface Refusal {
  readonly do: "refuse";
  readonly code: RefusalCode;
  readonly because: string;
}

export type EnrolmentDecision =
  /** It is this host, and approved: give it its certificate. Nothing changes. */
  | { readonly do: "recognise" }
  /** A ticket admits it, with this key, now. A host that merely waits with the same address must make room. */
  | { readonly do: "admit"; readonly clusterId: ClusterId; readonly displacedHostId?: HostId }
  /** An administrator must decide. */
  | { readonly do: "wait"; readonly clusterId: ClusterId; readonly because: string }
  | Refusal;

/**
 * What to answer to a host that asks in. A known host's key and address never change here: whoever comes with another
 * key waits, ticket or not. See docs/decisions/0004-registration-tickets.md.
 */
export function decideEnrolment(applicant: Applicant, view: EnrolmentView): EnrolmentDecision {
  const { host, ticket } = view;
  const isApproved = host !== undefined && host.status !== "pending_approval";
  if (isApproved && (applicant.keyFingerprint === undefined || applicant.keyFingerprint === host.keyFingerprint)) {
    return { do: "recognise" };
  }
  const problem = ticketProblem(applicant, view);
  if (problem !== undefined) return { do: "refuse", code: "bad-ticket", because: problem };
  if (isApproved && host.keyFingerprint !== undefined) {
    return remember(applicant, view, "the host is known with another key: an administrator must approve the new one");
  }
  if (isApproved && !isUsedWithoutKeyBy(ticket, host.id)) {
    return remember(applicant, view, "the host was approved without a key: an administrator must approve this one");
  }
  return findObstacle(view) ?? admitOrRemember(applicant, view);
}

function admitOrRemember(applicant: Applicant, view: EnrolmentView): EnrolmentDecision {
  const { host, ticket, addressHolder } = view;
  if (typeof ticket !== "object") return remember(applicant, view, "an administrator must approve the host");
  if (!view.hasRoom) {
    return { do: "refuse", code: "too-many-hosts", because: "there are 250 hosts, and a data center cannot have more" };
  }
  if (view.localHost !== undefined && (host === undefined || host.status === "pending_approval")) {
    return { do: "refuse", code: "too-many-hosts", because: localHostProblem(view.localHost) };
  }
  // An approved host (that now brings its key) stays in its cluster.
  const clusterId = host === undefined || host.status === "pending_approval" ? ticket.clusterId : host.clusterId;
  return { do: "admit", clusterId, ...(addressHolder !== undefined && { displacedHostId: addressHolder.id }) };
}

function ticketProblem(applicant: Applicant, { ticket, nowMs }: EnrolmentView): string | undefined {
  if (ticket === "none") return undefined;
  if (ticket === "unknown") return "there is no such ticket";
  if (ticket.isRevoked) return "the ticket was withdrawn";
  if (isUsedWithoutKeyBy(ticket, applicant.hostId)) return undefined;
  if (ticket.usedBy !== undefined) return "the ticket was used before";
  // At the moment itself it has ended: a ticket valid for 0 ms is valid never.
  if (nowMs >= ticket.expiresAtMs) return "the ticket has expired";
  return undefined;
}

/** The old protocol spent the ticket on this host and could not bring a key; the key may follow with the same ticket. */
function isUsedWithoutKeyBy(ticket: EnrolmentView["ticket"], hostId: HostId): boolean {
  return typeof ticket === "object" && ticket.usedBy === hostId && ticket.usedByKey === undefined;
}

function findObstacle({ claimsManagersName, addressHolder, ticket }: EnrolmentView): Refusal | undefined {
  if (claimsManagersName) {
    const because = "the address is one of the Manager's own, and the request comes from another machine";
    return { do: "refuse", code: "managers-name", because };
  }
  // Whoever waits without a ticket must not keep out a host that has one.
  const mayDisplace = typeof ticket === "object" && addressHolder?.status === "pending_approval";
  if (addressHolder !== undefined && !mayDisplace) {
    return {
      do: "refuse",
      code: "address-taken",
      because: `host ${addressHolder.name} has this address and port already`,
    };
  }
  return undefined;
}

function remember(applicant: Applicant, view: EnrolmentView, because: string): EnrolmentDecision {
  const clusterId = view.host?.clusterId ?? view.defaultClusterId;
  if (clusterId === undefined) {
    return { do: "refuse", code: "no-cluster", because: "the Manager has no cluster yet: create one" };
  }
  const isNew = view.requests.every((request) => request.keyFingerprint !== applicant.keyFingerprint);
  if (isNew && view.pendingRequests >= view.limits.requests) {
    return {
      do: "refuse",
      code: "too-many-requests",
      because: "too many hosts wait for approval: approve or remove some",
    };
  }
  if (isNew && view.requests.length >= view.limits.requestsPerHost) {
    return {
      do: "refuse",
      code: "too-many-requests",
      because: "too many requests wait for this host: approve or reject them",
    };
  }
  return { do: "wait", clusterId, because };
}
