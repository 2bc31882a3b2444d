/**
 * A host in the lockspace, as sanlock keeps it: it renews until something stops it, and after the lease time without a sign
 * of life what it held is free. A host that boots is another session: what the one before held is not its own.
 */
export interface LeaseSession {
  /** Since when it has not renewed. */
  stoppedAtMs: number | undefined;
}

/** The right to change a pool's structure, as it stands on its master domain. */
export interface SpmLease {
  readonly hostId: string;
  /** The number of the host in the pool. */
  readonly number: number;
  readonly session: LeaseSession;
}

/** What of a pool its lease is about. */
interface LeasedPool {
  readonly spm: SpmLease | undefined;
  readonly leaseMs: number;
}

/** Who has the lease; nobody when its holder has been without a sign of life for the lease time. */
export function holderOf({ spm, leaseMs }: LeasedPool, nowMs: number): SpmLease | undefined {
  if (spm === undefined || spm.session.stoppedAtMs === undefined) return spm;
  return nowMs - spm.session.stoppedAtMs < leaseMs ? spm : undefined;
}

/**
 * sanlock gives a host's leases up, and kills who uses them, well before others may take them: 80 s of 140 with an
 * io_timeout of 10 s.
 */
export function failMs({ leaseMs }: Pick<LeasedPool, "leaseMs">): number {
  return (leaseMs * 4) / 7;
}

/** A lease that is renewed meanwhile has a living holder: whoever wants it is refused. 20 s with an io_timeout of 10 s. */
export function renewalMs({ leaseMs }: Pick<LeasedPool, "leaseMs">): number {
  return leaseMs / 7;
}
