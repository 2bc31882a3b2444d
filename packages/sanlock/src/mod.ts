/** A client of the sanlock daemon: membership in lockspaces, leases, and what becomes of their holders. */
export type { AcquireOutcome, Refusal } from "./acquire-outcome.ts";
export type { CallOptions } from "./ask.ts";
export type { SanlockVersion } from "./daemon.ts";
export { kernelErrors, sanlockErrors } from "./error-codes.ts";
export { CannotReachSanlock, SanlockConnectionLost, SanlockError } from "./errors.ts";
export type { EventSubscription, SetEventOptions } from "./host-events.ts";
export type { AcquireOptions, LeaseHolder, LeasesLost, RegisterOptions } from "./lease-holder.ts";
export type { WantedLease } from "./lease-questions.ts";
export type {
  Host,
  HostStatus,
  HostsAnswer,
  JoinOptions,
  JoinOutcome,
  LeaveOptions,
  LeaveOutcome,
  Membership,
  StoredLockspace,
} from "./lockspaces.ts";
export { createSanlock, defaultSocketPath, type Sanlock } from "./sanlock.ts";
export { findLivingOwners, type LeaseOwner, type LeaseRequest } from "./stored-leases.ts";
export { CannotEncode, SanlockProtocolError } from "./wire/errors.ts";
export type { HeldLease } from "./wire/held-leases.ts";
export type { DaemonStatus } from "./wire/status-records.ts";
export type {
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
