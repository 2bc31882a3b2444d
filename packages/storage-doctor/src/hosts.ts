import type { SanlockHostRecord } from "@yagura/storage-format";
import { type DomainSnapshot, valueIn } from "./snapshot.ts";

/**
 * left     it gave its membership back, or never had one
 * alive    it renewed its membership while we looked
 * silent   it has a membership and did not renew it while we looked: it may be slow, or dead
 * dead     it did not renew it for so long that its watchdog has reset it, and that other hosts take its leases
 * unseen   it has a membership; nobody looked twice
 */
export type HostCondition = "left" | "alive" | "silent" | "dead" | "unseen";

export interface JudgedHost extends SanlockHostRecord {
  readonly condition: HostCondition;
}

/** A host renews every two io timeouts; in twice that it has done so at least once. */
const LOOK_IO_TIMEOUTS = 4;
/** The time of sanlock after which a host that does not renew is dead: its leases failed, then its watchdog fired. */
const DEAD_IO_TIMEOUTS = 8;
const WATCHDOG_SECONDS = 60;

/** How long one has to look to see every living host renew. */
export function lookSeconds({ ioTimeoutSeconds }: Pick<SanlockHostRecord, "ioTimeoutSeconds">): number {
  return LOOK_IO_TIMEOUTS * ioTimeoutSeconds;
}

/** How long one has to look to know that a host that did not renew meanwhile is dead. */
export function deadSeconds({ ioTimeoutSeconds }: Pick<SanlockHostRecord, "ioTimeoutSeconds">): number {
  return DEAD_IO_TIMEOUTS * ioTimeoutSeconds + WATCHDOG_SECONDS;
}

export interface HostsLook {
  readonly hosts: readonly SanlockHostRecord[];
  readonly atSeconds: number;
}

/** What several looks at the lockspace say of each host. @param looks in the order of time */
export function judgeHosts(looks: readonly HostsLook[]): JudgedHost[] {
  const last = looks.at(-1);
  return (last?.hosts ?? []).map((host) => ({ ...host, condition: judge(host, looks) }));
}

function judge(host: SanlockHostRecord, looks: readonly HostsLook[]): HostCondition {
  if (host.timestampSeconds === 0) return "left";
  const seen = looks.flatMap(({ hosts, atSeconds }) =>
    hosts.filter(({ hostId }) => hostId === host.hostId).map((record) => ({ record, atSeconds })),
  );
  // Without a record at the first look it has come since.
  if (seen.length < looks.length || seen.some(({ record }) => !isSame(record, host))) return "alive";
  const [first, last] = [seen.at(0), seen.at(-1)];
  if (first === undefined || last === undefined) return "unseen";
  const quietSeconds = last.atSeconds - first.atSeconds;
  if (quietSeconds >= deadSeconds(host)) return "dead";
  return quietSeconds >= lookSeconds(host) ? "silent" : "unseen";
}

function isSame(one: SanlockHostRecord, other: SanlockHostRecord): boolean {
  return one.timestampSeconds === other.timestampSeconds && one.generation === other.generation;
}

/** Who is SPM, by the lease on the storage and by what became of its owner. */
export interface SpmOnStorage {
  readonly hostId: number;
  readonly epoch: number;
  readonly condition: HostCondition;
}

/** `undefined`: nobody holds the role, or nobody can know. */
export function findSpm({ spmLease }: DomainSnapshot, hosts: readonly JudgedHost[]): SpmOnStorage | undefined {
  const lease = valueIn(spmLease);
  if (lease === undefined || !lease.isHeld) return undefined;
  const owner = hosts.find(({ hostId }) => hostId === lease.ownerHostId);
  // It joined anew since: what it held before is nobody's.
  const isSameLife = owner !== undefined && owner.generation === lease.ownerGeneration;
  return {
    hostId: lease.ownerHostId,
    epoch: lease.version,
    condition: isSameLife ? owner.condition : "left",
  };
}

/** Why nothing may be changed now; nothing when nobody can be at work. */
export function whoIsAtWork(
  { isLockedByAgent }: Pick<DomainSnapshot, "isLockedByAgent">,
  hosts: readonly JudgedHost[],
): string[] {
  const words = {
    alive: "is using the domain",
    silent: "has joined the domain and may come back",
    unseen: "has joined the domain",
  };
  const others = hosts.flatMap(({ hostId, hostName, condition }) =>
    condition === "left" || condition === "dead" ? [] : [`host ${hostId} (${hostName}) ${words[condition]}`],
  );
  return isLockedByAgent === true ? [...others, "an agent of this machine is its SPM"] : others;
}
