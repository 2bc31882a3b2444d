import type { HostStatus } from "@yagura/lifecycles";
import type { ClusterId, HostId } from "@yagura/std/ids.ts";

/** A host as far as its admission goes. */
export interface EnrolledHost {
  readonly id: HostId;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly clusterId: ClusterId;
  readonly status: HostStatus;
  /** SHA-256 of the public key that this host is known by. None: it was admitted by the old protocol, which has no keys. */
  readonly keyFingerprint?: string;
  /** The key before the last renewal: may ask again for the certificate of the present key, in case the answer was lost. */
  readonly previousKeyFingerprint?: string;
  readonly certificatePem?: string;
}

/** A wish to be admitted, or to have another key, that waits for an administrator. */
export interface HostRequest {
  readonly hostId: HostId;
  /** None: asked by the old protocol. */
  readonly keyFingerprint?: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** The address from which it was sent. */
  readonly source: string;
  readonly firstSeenAtMs: number;
  readonly lastSeenAtMs: number;
}

/** A single-use ticket: admits one host without an administrator. The ticket itself is known to nobody but its bearer. */
export interface HostTicket {
  readonly id: string;
  readonly secretHash: string;
  readonly clusterId: ClusterId;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly createdBy?: string;
  readonly usedBy?: HostId;
  /** None although used: used by the old protocol; the same host may bring its key with it once. */
  readonly usedByKey?: string;
  readonly isRevoked: boolean;
}
