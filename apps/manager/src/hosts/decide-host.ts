import { type HostEvent, type HostStatus, hostLifecycle } from "@yagura/lifecycles";

/** What is seen of a host at one moment. */
export interface HostSight {
  readonly status: HostStatus;
  /** `undefined`: no connection is kept. */
  readonly link?: { readonly isOpen: boolean; readonly forMs: number };
}

/** A restarted agent, or Manager, is back within seconds; nothing is said about it. */
export const SILENCE_MS = 4000;
/** After this, guests of the host may be anywhere between well and dead: their state is unknown. */
export const LOST_MS = 30_000;

/** What the link says about the host's status, if anything. Pure. */
export function decideHost({
  status,
  link,
}: HostSight): Extract<HostEvent, "answered" | "silent" | "lost"> | undefined {
  if (link === undefined || status === "maintenance") return undefined;
  if (link.isOpen) return hostLifecycle.canHappen(status, "answered") ? "answered" : undefined;
  if (link.forMs >= LOST_MS && hostLifecycle.canHappen(status, "lost")) return "lost";
  if (link.forMs >= SILENCE_MS && hostLifecycle.canHappen(status, "silent")) return "silent";
  return undefined;
}
