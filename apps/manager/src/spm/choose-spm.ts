import type { HostId } from "@yagura/std/ids.ts";
import type { HostView, PoolView } from "./pool-view.ts";
import type { SpmDecision } from "./spm-decision.ts";

/** A host that could not become SPM stands back for so long, so that another one is tried. */
const STAND_BACK_MS = 30_000;

/** Whether it can become SPM now. */
export function isEligible({ state, spmPriority, readsMaster, role }: HostView): boolean {
  return state === "up" && spmPriority >= 0 && readsMaster && role === "free";
}

/** The best host of those that can: at once rather than later, asked for, then the former one, then by priority, then by number. */
export function chooseSpm(
  { hosts, wish, recorded }: PoolView,
  {
    without,
    prefer,
    because,
  }: { readonly without?: HostId | undefined; readonly prefer?: HostId; readonly because: string },
): SpmDecision {
  const able = hosts.filter((host) => host.id !== without && isEligible(host));
  const rested = able.filter(({ failedAgoMs }) => failedAgoMs === undefined || failedAgoMs >= STAND_BACK_MS);
  const rank = (host: HostView): readonly number[] => [
    Number(host.isJoining !== true),
    Number(host.id === wish),
    Number(host.id === prefer),
    host.spmPriority,
    Number(host.id === recorded),
    -host.number,
  ];
  const [best] = rested.toSorted((a, b) => compare(rank(b), rank(a)));
  if (best !== undefined) return { do: "start", host: best.id, because };
  return {
    do: "nothing",
    because:
      able.length > 0
        ? `${because}; each host that may become SPM has failed to just now, and is tried again soon`
        : `${because}; ${whyNobody(hosts, without)}`,
  };
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function whyNobody(hosts: readonly HostView[], without: HostId | undefined): string {
  const others = hosts.filter(({ id, state }) => id !== without && state === "up");
  if (others.length === 0) return "no other host is up";
  if (others.every(({ spmPriority }) => spmPriority < 0)) return "every host that is up has the SPM priority -1";
  return "no host that is up and may become SPM reaches the master domain";
}
