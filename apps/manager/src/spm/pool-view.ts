import type { HostId } from "@yagura/std/ids.ts";

/** Everything the choice of the storage pool manager (SPM) depends on, and nothing else. */
export interface PoolView {
  readonly hosts: readonly HostView[];
  /** The host that is recorded as SPM, or was the last one. */
  readonly recorded?: HostId;
  /** How long the role has been where it is; `undefined`: not known. */
  readonly movedAgoMs?: number;
  /** The host that an administrator wants as SPM. */
  readonly wish?: HostId;
  /** Who has the lease and is no host of this data center; `name`: of a host that this Manager knows by that number. */
  readonly stranger?: Stranger;
  /** Work on the storage that the SPM has begun and not ended. */
  readonly tasksUnderWay: number;
  /** How long a start was refused ago because the holder of the lease gives signs of life on the storage. */
  readonly holderAliveAgoMs?: number;
  /** For how long no host that answers has read the master, while another domain of the pool can be read. */
  readonly masterLostForMs?: number;
}

export interface HostView {
  readonly id: HostId;
  readonly name: string;
  /** Its number in the pool: leases on the storage are held by numbers. */
  readonly number: number;
  /** `silent`: the Manager has no connection to it; it may live and write. `preparing`: for maintenance. */
  readonly state: "up" | "silent" | "non_operational" | "maintenance" | "preparing";
  /** -1: never. */
  readonly spmPriority: number;
  /** What it says of itself, just now. `unknown`: it did not answer in time, or cannot. */
  readonly role: "spm" | "contending" | "free" | "unknown";
  /** The lease of the SPM as this host reads it from the storage; `undefined`: it cannot. */
  readonly lease?: Lease;
  /** Whether it reads and writes the master domain, as far as it knows. */
  readonly readsMaster: boolean;
  /** Whether it has yet to get its number on the master domain: until then, for seconds or minutes, it cannot hold the lease. */
  readonly isJoining?: boolean;
  /** How long ago it was asked to become SPM and did not. */
  readonly failedAgoMs?: number;
  /** How long ago it was asked to give the role up and did not. */
  readonly keptAgoMs?: number;
}

export interface Lease {
  /** The number of a host, alive as far as the storage tells. */
  readonly holder: number | "none";
  /** Grows by one with each holder: the epoch. */
  readonly version: number;
}

export interface Stranger {
  readonly number: number;
  readonly name?: string;
}

/** "host number 77", or its name. */
export function nameStranger({ number, name }: Stranger): string {
  return name === undefined ? `host number ${number}` : `host ${name} (number ${number})`;
}

/** The freshest answer that any host has read from the storage; `unknown` when none can read it. */
export function freshestLease(hosts: readonly Pick<HostView, "lease" | "role">[]): Lease | "unknown" {
  const leases = hosts.flatMap(({ lease }) => lease ?? []);
  const version = Math.max(...leases.map((lease) => lease.version));
  const freshest = leases.filter((lease) => lease.version === version);
  // Of one version: whoever still reads a holder read earlier, or waits longer before it calls that holder dead. To wait with it is safe.
  return freshest.find(({ holder }) => holder !== "none") ?? freshest[0] ?? "unknown";
}
