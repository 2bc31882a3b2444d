import type { HostId } from "@yagura/std/ids.ts";

/** Everything the choice of the storage pool manager (SPM) depends on, and nothing else. */
export interface PoolView {
  readonly hosts: readonly HostView[];
}

export interface HostView {
  readonly id: HostId;
  /** What the host itself says, just now. `silent`: it does not answer, so it may hold the role. */
  readonly role: "spm" | "contending" | "free" | "silent";
  /** -1: never. */
  readonly spmPriority: number;
  readonly isUp: boolean;
}

export type SpmDecision =
  | { readonly do: "keep"; readonly host: HostId }
  | { readonly do: "wait"; readonly because: string }
  | { readonly do: "start"; readonly host: HostId; readonly because: string };

/**
 * Who shall be SPM. That two cannot be is not decided here: the lease on the storage (for a local domain, a lock that the
 * kernel holds) sees to it. So a silent host that may hold it is no reason to wait; the next one waits for the lease.
 */
export function decideSpm({ hosts }: PoolView): SpmDecision {
  const holder = hosts.find((host) => host.role === "spm");
  if (holder !== undefined) return { do: "keep", host: holder.id };
  if (hosts.some((host) => host.role === "contending")) return { do: "wait", because: "a host is becoming SPM" };
  const [best] = hosts
    .filter((host) => host.isUp && host.role === "free" && host.spmPriority >= 0)
    .toSorted((a, b) => b.spmPriority - a.spmPriority);
  return best === undefined
    ? { do: "wait", because: "no host may become SPM" }
    : { do: "start", host: best.id, because: "it has the highest SPM priority" };
}
