import type { Authority } from "@yagura/pki";
import type { Clock } from "@yagura/std/clock.ts";
import type { HostId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import type { Db } from "../db/database.ts";
import type { NewEvent } from "../events/record.ts";

export interface EnrolmentLimits {
  /** Requests that may wait for an administrator, of all hosts together. */
  readonly requests: number;
  /** Different keys that may wait under one host id. */
  readonly requestsPerHost: number;
}

export const defaultLimits: EnrolmentLimits = { requests: 1000, requestsPerHost: 5 };

/** What enrolment needs of the Manager; `world.ts` provides it. */
export interface EnrolmentContext {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  /** The authority as it is now: its certificate may be renewed while the Manager runs. */
  readonly authority: () => Authority;
  /** DNS names and addresses under which clients reach the Manager. */
  readonly managerNames: () => readonly string[];
  /** The certificate of the Manager's HTTPS server: its key is what `get-ssh-trust` answers. */
  readonly serverCertificatePem: () => string;
  /** Records an event for the audit log. */
  readonly announce: (event: NewEvent) => Promise<unknown>;
  /** A host was given its certificate: it will listen in a moment, and can be connected to. */
  readonly onEnrolled?: (hostId: HostId) => void;
  readonly limits?: EnrolmentLimits;
}
