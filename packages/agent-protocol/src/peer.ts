import { hostMayCall } from "./generated/schema.ts";

/** Who is at the other end, as its certificate says. */
export interface Peer {
  readonly role: "manager" | "host";
  /** The id in the certificate of a host; `undefined` for a Manager. */
  readonly hostId?: string | undefined;
  /** For the log. */
  readonly address?: string | undefined;
}

/** Whether a peer of this role may call the verb. The table is `specs/agent-api/access.json`. */
export function mayCall(role: Peer["role"], verb: string): boolean {
  return role === "manager" || hostMayCall.has(verb);
}

/** Whether two connections belong to one party, so that one may receive what the other asked for. */
export function isSameParty(a: Peer, b: Peer): boolean {
  if (a.role !== b.role) return false;
  return a.role === "manager" || (a.hostId !== undefined && a.hostId === b.hostId);
}
