import type { DataCenterStatus } from "@yagura/lifecycles";
import type { DataCenterId, HostId, Id } from "@yagura/std/ids.ts";

export type MacPoolId = Id<"mac-pool">;

export interface DataCenter {
  readonly id: DataCenterId;
  readonly name: string;
  readonly description: string;
  readonly comment: string;
  /** A local data center has one host, and its storage is a directory of that host. */
  readonly isLocal: boolean;
  readonly status: DataCenterStatus;
  readonly compatibilityVersion: string;
  readonly macPoolId: MacPoolId;
  /** Counts each change of the master domain; hosts refuse a pool with another version. 0: no master yet. */
  readonly masterVersion: number;
  /** The host that changes the structure of its storage; none while one is sought. */
  readonly spmHostId?: HostId;
  /** The version of the lease under which that host has the role: commands for it carry this number. */
  readonly spmEpoch?: number;
  /** Since when it is so: that this host is it, or that none is. */
  readonly spmSinceMs?: number;
  /** Why it is so, for people. */
  readonly spmReason?: string;
  /** The host that is becoming it, as soon as the lease lets it in. */
  readonly spmContenderId?: HostId;
  /** The host that an administrator wants to be it. */
  readonly spmWishId?: HostId;
  readonly ioTimeoutSeconds: IoTimeoutSeconds;
  readonly quotaMode: QuotaMode;
}

/** Whether quotas matter in a data center: not, what is over a limit is told, or it is refused too. */
export type QuotaMode = "disabled" | "audit" | "enabled";

/**
 * How long a host waits for one answer of the shared storage. A lease of a host that is gone ends after
 * `leaseSeconds` of it: the smaller, the sooner another host takes over, and the sooner a slow storage costs a host its leases.
 */
export const ioTimeouts = [10, 5, 2] as const;
export type IoTimeoutSeconds = (typeof ioTimeouts)[number];
export const defaultIoTimeout: IoTimeoutSeconds = 10;

/** After so long without a sign of life on the storage a host's leases are free: sanlock's 8 x io_timeout, and 60 s for the watchdog. */
export function leaseSeconds(ioTimeoutSeconds: number): number {
  return 8 * ioTimeoutSeconds + 60;
}

export function isIoTimeout(seconds: number): seconds is IoTimeoutSeconds {
  return ioTimeouts.some((known) => known === seconds);
}

export interface NewDataCenter {
  readonly id: DataCenterId;
  readonly name: string;
  readonly description?: string;
  readonly comment?: string;
  readonly isLocal: boolean;
  readonly compatibilityVersion?: string;
  readonly ioTimeoutSeconds?: IoTimeoutSeconds;
  readonly quotaMode?: QuotaMode;
  /** Of its clusters that name none. */
  readonly macPoolId?: MacPoolId;
}

export const compatibilityVersions = ["4.7", "4.6"] as const;
export const latestCompatibilityVersion = "4.7";
