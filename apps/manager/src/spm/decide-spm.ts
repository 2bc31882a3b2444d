import { chooseSpm, isEligible } from "./choose-spm.ts";
import { freshestLease, type HostView, type Lease, nameStranger, type PoolView } from "./pool-view.ts";
import type { SpmDecision } from "./spm-decision.ts";

/** A host that has just become SPM may not have looked at the storage since; what it saw before is old. */
const SETTLE_MS = 15_000;
/** A host that keeps a role which it should give up is asked again after this. */
const ASK_AGAIN_MS = 5000;
/** The holder of a lease that is renewed is left alone for so long; then it is tried again whether it still is. */
const ALIVE_MS = 10_000;
/** Storage that was away for a moment is no reason to give the master's role to another domain. */
const MASTER_MS = 5 * 60_000;

/**
 * Who shall be SPM. Pure. That two cannot be is not decided here: the lease on the storage sees to it. So a host that cannot
 * be reached is no reason to wait, and nobody need be fenced: its successor is started at once, and waits itself, at the storage,
 * until the old lease is provably dead. What is decided here is that a healthy SPM stays, that never two contend at once,
 * and that nothing is done blindly.
 */
export function decideSpm(view: PoolView): SpmDecision {
  const claimants = view.hosts.filter(({ role }) => role === "spm");
  const lease = freshestLease(view.hosts);
  const stale = claimants.find((host) => isStale(host, lease, claimants));
  if (stale !== undefined) return endStaleClaim(stale, lease);
  const [spm, other] = claimants;
  if (spm === undefined) return decideWithoutSpm(view, lease);
  if (other !== undefined) {
    return nothing(`${spm.name} and ${other.name} both say that they are SPM, and the storage does not tell which is`);
  }
  return decideAboutSpm(view, spm);
}

/** It says that it is SPM, but the role has gone on to a later epoch. */
function isStale(host: HostView, lease: Lease | "unknown", claimants: readonly HostView[]): boolean {
  const version = host.lease?.version ?? -1;
  if (claimants.some((each) => (each.lease?.version ?? -1) > version)) return true;
  return lease !== "unknown" && lease.version > version;
}

function endStaleClaim(host: HostView, lease: Lease | "unknown"): SpmDecision {
  const epoch = lease === "unknown" ? "" : ` ${lease.version}`;
  const because = `it says that it is SPM, but the storage is at epoch${epoch}, later than its own`;
  return isRecent(host.keptAgoMs, ASK_AGAIN_MS)
    ? nothing(`${host.name}: ${because}; it was asked to end`)
    : { do: "stop", host: host.id, because };
}

/**
 * One host has the role. It stays unless it must leave, cannot work, or somebody asked for another one. One that does not reach
 * the master is not given work, which would only fail.
 */
function decideAboutSpm(view: PoolView, spm: HostView): SpmDecision {
  const reason = reasonToMove(view, spm);
  const mayWork = spm.readsMaster || isRecent(view.movedAgoMs, SETTLE_MS);
  if (reason === undefined && mayWork) return keep(spm, "it has the role");
  if (reason === undefined) return nothing(`${spm.name} has the role and does not reach the master domain`);
  if (reason.waitsForTasks && view.tasksUnderWay > 0) {
    return keep(spm, `${reason.because}; ${view.tasksUnderWay} tasks on the storage must end first`);
  }
  if (!isRecent(spm.keptAgoMs, ASK_AGAIN_MS)) return { do: "stop", host: spm.id, because: reason.because };
  if (mayWork) return keep(spm, `${reason.because}; it does not give the role up yet`);
  // It cannot even give its lease back. The successor waits at the storage until that has ended.
  return chooseSpm(view, { without: spm.id, because: `${spm.name} lost the storage and does not end` });
}

interface ReasonToMove {
  readonly because: string;
  readonly waitsForTasks: boolean;
}

function reasonToMove(view: PoolView, spm: HostView): ReasonToMove | undefined {
  const successors = view.hosts.filter((host) => host.id !== spm.id && isEligible(host));
  const successor = successors.find((host) => host.isJoining !== true);
  if (spm.state === "preparing") {
    // Where somebody is about to be able to, he is waited for; where nobody is, the host leaves all the same.
    if (successor === undefined && successors.length > 0) return undefined;
    return { because: `${spm.name} goes into maintenance`, waitsForTasks: true };
  }
  // From here on the role is better kept by a host that is not well than by none.
  if (successor === undefined) return undefined;
  if (!spm.readsMaster && !isRecent(view.movedAgoMs, SETTLE_MS)) {
    return {
      because: `${spm.name} does not reach the master domain, and ${successor.name} does`,
      waitsForTasks: false,
    };
  }
  if (spm.state === "non_operational") return { because: `${spm.name} is not operational`, waitsForTasks: false };
  if (view.wish !== undefined && view.wish !== spm.id) {
    const wanted = view.hosts.find((host) => host.id === view.wish);
    if (wanted !== undefined && isEligible(wanted) && wanted.isJoining !== true) {
      return { because: `${wanted.name} shall be SPM: an administrator asked for it`, waitsForTasks: true };
    }
  }
  if (spm.spmPriority < 0)
    return { because: `${spm.name} may not be SPM any more: its priority is -1`, waitsForTasks: true };
  return undefined;
}

/** No host says that it has the role. Whether one has, the storage tells. */
function decideWithoutSpm(view: PoolView, lease: Lease | "unknown"): SpmDecision {
  const contender = view.hosts.find(({ role }) => role === "contending");
  if (contender !== undefined) return nothing(`${contender.name} becomes SPM as soon as the lease lets it in`);
  if (lease === "unknown") return decideBlindly(view);
  if (lease.holder === "none") return chooseSpm(view, { because: "nobody has the lease" });

  const holder = view.hosts.find(({ number }) => number === lease.holder);
  if (holder === undefined) {
    const who = nameStranger(view.stranger ?? { number: lease.holder });
    return nothing(`${who} has the lease, and is no host of this data center`);
  }
  if (holder.role === "free") {
    return chooseSpm(view, { prefer: holder.id, because: `${holder.name} has the lease and makes no use of it` });
  }
  if (holder.state === "up" && holder.readsMaster) {
    return nothing(`${holder.name} has the lease and does not answer at the moment`);
  }
  if (isRecent(view.holderAliveAgoMs, ALIVE_MS)) {
    return nothing(
      `${holder.name} does not answer the Manager, but holds its lease and gives signs of life on the storage: it keeps the role`,
    );
  }
  if (view.holderAliveAgoMs !== undefined) {
    const because = `${holder.name} does not answer the Manager, and held its lease a moment ago; whether it still does is tried`;
    return chooseSpm(view, { without: holder.id, because });
  }
  return chooseSpm(view, { without: holder.id, because: `${holder.name} has the lease and ${wordOf(holder)}` });
}

/** Without an answer from the storage a second SPM could be asked for; to wait is always safe. */
function decideBlindly({ hosts, masterLostForMs }: PoolView): SpmDecision {
  if (masterLostForMs !== undefined && masterLostForMs >= MASTER_MS) {
    return { do: "replace the master", because: "no host reads the master domain, and another domain can be read" };
  }
  return nothing(
    hosts.some(({ state }) => state === "up") ? "no host can read the lease from the storage" : "no host is up",
  );
}

function wordOf({ state }: HostView): string {
  switch (state) {
    case "silent":
      return "cannot be reached";
    case "maintenance":
    case "preparing":
      return "is in maintenance";
    default:
      return "cannot use the storage";
  }
}

function isRecent(agoMs: number | undefined, withinMs: number): boolean {
  return agoMs !== undefined && agoMs < withinMs;
}

function nothing(because: string): SpmDecision {
  return { do: "nothing", because };
}

function keep(spm: HostView, because: string): SpmDecision {
  return { do: "nothing", spm: spm.id, because };
}
