import { askOnce, type CallOptions } from "./ask.ts";
import { readStatus, readVersion, type SanlockVersion } from "./daemon.ts";
import { type EventSubscription, type SetEventOptions, setHostEvent, watchHostEvents } from "./host-events.ts";
import { LeaseHolder, type RegisterOptions } from "./lease-holder.ts";
import {
  addLockspace,
  type HostsAnswer,
  inquireLockspace,
  type JoinOptions,
  type JoinOutcome,
  type LeaveOptions,
  type LeaveOutcome,
  listHosts,
  listLockspaces,
  type Membership,
  readLockspace,
  removeLockspace,
  type StoredLockspace,
  writeLockspace,
} from "./lockspaces.ts";
import {
  clearLease,
  getLeaseValue,
  type LeaseOwner,
  type LeaseRequest,
  readLease,
  readLeaseOwners,
  requestLease,
  setLeaseValue,
  writeLease,
} from "./stored-leases.ts";
import type { DaemonStatus } from "./wire/status-records.ts";
import type {
  DiskPlace,
  Geometry,
  HostEvent,
  LeaseName,
  LeasePlace,
  Lockspace,
  LockspaceRecord,
  ReceivedEvent,
  StoredLease,
} from "./wire/structs.ts";

/** A daemon. Each call but `register` and `watchHostEvents` has a short connection of its own: any number at once. */
export interface Sanlock {
  /** Registers this process as a holder of leases: once in a process, by the one who owns that. */
  register(options: RegisterOptions): Promise<LeaseHolder>;

  addLockspace(lockspace: Lockspace, options?: JoinOptions): Promise<JoinOutcome>;
  removeLockspace(lockspace: Lockspace, options: LeaveOptions): Promise<LeaveOutcome>;
  inquireLockspace(lockspace: Lockspace, options?: CallOptions): Promise<Membership>;
  listLockspaces(options?: CallOptions): Promise<readonly LockspaceRecord[]>;
  listHosts(lockspace: string, options?: CallOptions & { readonly hostId?: number }): Promise<HostsAnswer>;
  writeLockspace(
    lockspace: Omit<Lockspace, "hostId">,
    geometry: Geometry,
    options?: CallOptions & { readonly ioTimeoutSeconds?: number },
  ): Promise<void>;
  readLockspace(
    place: DiskPlace & { readonly hostId?: number },
    options?: CallOptions,
  ): Promise<StoredLockspace | undefined>;

  writeLease(lease: LeasePlace, geometry: Geometry, options?: CallOptions): Promise<void>;
  clearLease(lease: LeasePlace, geometry: Geometry, options?: CallOptions): Promise<void>;
  readLease(place: DiskPlace, options?: CallOptions): Promise<StoredLease | undefined>;
  readLeaseOwners(
    lease: LeasePlace,
    options?: CallOptions,
  ): Promise<{ readonly lease: StoredLease; readonly owners: readonly LeaseOwner[] }>;
  requestLease(request: LeaseRequest, options?: CallOptions): Promise<void>;
  setLeaseValue(lease: LeaseName, value: Uint8Array, options?: CallOptions): Promise<void>;
  getLeaseValue(lease: LeaseName, options?: CallOptions): Promise<Uint8Array>;

  setHostEvent(lockspace: string, event: HostEvent, options?: SetEventOptions): Promise<void>;
  watchHostEvents(
    lockspace: string,
    onEvent: (event: ReceivedEvent) => void,
    options?: CallOptions,
  ): Promise<EventSubscription>;

  readVersion(options?: CallOptions): Promise<SanlockVersion>;
  readStatus(options?: CallOptions): Promise<DaemonStatus>;
}

export const defaultSocketPath = "/run/sanlock/sanlock.sock";

/** Connects to nothing yet; each method says what it throws where it is defined. */
export function createSanlock({ socketPath = defaultSocketPath }: { readonly socketPath?: string } = {}): Sanlock {
  const ask = askOnce(socketPath);
  return {
    register: (options) => LeaseHolder.register(socketPath, options),
    addLockspace: (lockspace, options) => addLockspace(ask, lockspace, options),
    removeLockspace: (lockspace, options) => removeLockspace(ask, lockspace, options),
    inquireLockspace: (lockspace, options) => inquireLockspace(ask, lockspace, options),
    listLockspaces: (options) => listLockspaces(ask, options),
    listHosts: (lockspace, options) => listHosts(ask, lockspace, options),
    writeLockspace: (lockspace, geometry, options) => writeLockspace(ask, lockspace, geometry, options),
    readLockspace: (place, options) => readLockspace(ask, place, options),
    writeLease: (lease, geometry, options) => writeLease(ask, lease, geometry, options),
    clearLease: (lease, geometry, options) => clearLease(ask, lease, geometry, options),
    readLease: (place, options) => readLease(ask, place, options),
    readLeaseOwners: (lease, options) => readLeaseOwners(ask, lease, options),
    requestLease: (request, options) => requestLease(ask, request, options),
    setLeaseValue: (lease, value, options) => setLeaseValue(ask, lease, value, options),
    getLeaseValue: (lease, options) => getLeaseValue(ask, lease, options),
    setHostEvent: (lockspace, event, options) => setHostEvent(ask, lockspace, event, options),
    watchHostEvents: (lockspace, onEvent, options) => watchHostEvents(socketPath, lockspace, onEvent, options),
    readVersion: (options) => readVersion(ask, options),
    readStatus: (options) => readStatus(socketPath, options),
  };
}
