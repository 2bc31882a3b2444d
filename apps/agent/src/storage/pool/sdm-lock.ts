import { kernelErrors, type Sanlock, SanlockError, type WantedLease } from "@yagura/sanlock";
import type { Clock } from "@yagura/std/clock.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import { type DomainLeases, domainLeases } from "../leases/domain-leases.ts";
import type { HostIds } from "../leases/host-ids.ts";
import type { ProcessLeases } from "../leases/process-leases.ts";
import { type Contention, type HeldSpmLock, nobody, type SpmLock, type SpmOwner } from "./spm-lock.ts";
import { OwnerWatch } from "./watch-owner.ts";

interface SdmLockWorld {
  readonly sanlock: Pick<Sanlock, "readLeaseOwners" | "listHosts">;
  readonly leases: Pick<ProcessLeases, "tryAcquire" | "release">;
  readonly hostIds: Pick<HostIds, "join" | "wait">;
  readonly clock: Clock;
}

/** Between two attempts: the time that a handover may lose. One attempt reads some sectors. */
const AGAIN_MS = 1_000;
const QUICK_AGAIN_MS = 200;
/** Longer than any owner needs to be dead beyond doubt (8 io_timeouts and the watchdog's minute), and somewhat more. */
const PATIENCE_MS_PER_IO_TIMEOUT_SECOND = 20_000;
const PATIENCE_MS = 90_000;

/** The right to be SPM of shared storage: sanlock's lease `SDM` of the master domain. Its version is the epoch. */
export function sdmLock(world: SdmLockWorld): SpmLock {
  return {
    async acquire(master, contention) {
      const found = await readLeases(master);
      contention.onProgress("waiting for the host id in the master domain");
      world.hostIds.join(found.domainId, contention.hostNumber, () => readLeases(master));
      await world.hostIds.wait(found.domainId, contention.signal);
      return contend(world, found, contention);
    },
    readOwner: async (master) => readSdmOwner(world, await readLeases(master)),
  };
}

async function readLeases(master: StorageDomain): Promise<DomainLeases> {
  return domainLeases(master, await master.readMetadata());
}

async function contend(world: SdmLockWorld, found: DomainLeases, contention: Contention): Promise<HeldSpmLock> {
  const { clock } = world;
  const { sdm, domainId, ioTimeoutSeconds } = found;
  const startMs = clock.monotonicMs();
  const endMs = startMs + PATIENCE_MS + ioTimeoutSeconds * PATIENCE_MS_PER_IO_TIMEOUT_SECOND;
  const watch = new OwnerWatch();
  for (let attempt = 1; ; attempt++) {
    contention.signal.throwIfAborted();
    const epoch = await tryOnce(world.leases, sdm);
    if (epoch !== undefined) return hold(world.leases, sdm, epoch, contention.signal);
    const { owner, sight } = await lookAtOwner(world, found);
    if (owner !== undefined) {
      if (watch.see(owner, sight)) {
        throw new StorageError("AcquireLockFailure", `host ${owner.hostId} is the SPM of domain ${domainId} and alive`);
      }
      const waitedSeconds = Math.round((clock.monotonicMs() - startMs) / 1000);
      contention.onProgress(
        `waiting for the lease of host ${owner.hostId} to end, since ${waitedSeconds} s: the host is ${sight?.status ?? "unknown"}`,
      );
    }
    if (clock.monotonicMs() >= endMs) {
      throw new StorageError("AcquireLockFailure", `the SPM's lease of domain ${domainId} did not come free in time`);
    }
    await clock.sleep(owner === undefined || attempt === 1 ? QUICK_AGAIN_MS : AGAIN_MS, contention.signal);
  }
}

/** The version with which it was acquired; `undefined` when it is somebody else's for now. */
async function tryOnce(leases: SdmLockWorld["leases"], sdm: WantedLease): Promise<number | undefined> {
  try {
    const outcome = await leases.tryAcquire([sdm]);
    if (outcome.is === "refused") {
      if (outcome.because === "held-on-this-host") {
        throw new StorageError(
          "AcquireLockFailure",
          `another agent of this host is the SPM of domain ${sdm.lockspace}`,
        );
      }
      return undefined;
    }
    const epoch = outcome.leases[0]?.version;
    if (epoch === undefined) throw new Error("sanlock did not say the version of the lease");
    return epoch;
  } catch (cause) {
    if (cause instanceof StorageError) throw cause;
    const isNotMember = cause instanceof SanlockError && cause.code === kernelErrors.ENOSPC;
    throw new StorageError(
      isNotMember ? "AcquireHostIdFailure" : "AcquireLockFailure",
      `cannot acquire the SPM's lease of domain ${sdm.lockspace}${isNotMember ? ": this host lost its host id there" : ""}`,
      { cause },
    );
  }
}

async function hold(
  leases: SdmLockWorld["leases"],
  sdm: WantedLease,
  epoch: number,
  signal: AbortSignal,
): Promise<HeldSpmLock> {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const held: HeldSpmLock = {
    epoch,
    ended,
    async release() {
      await leases.release([sdm]);
      resolve();
    },
  };
  // Nobody wants it any more: it must not stay with us.
  if (signal.aborted) {
    await held.release();
    signal.throwIfAborted();
  }
  return held;
}

async function lookAtOwner({ sanlock }: SdmLockWorld, { sdm, domainId }: DomainLeases) {
  try {
    const { lease, owners } = await sanlock.readLeaseOwners(sdm);
    const owner = owners[0];
    const answer = owner === undefined ? undefined : await sanlock.listHosts(sdm.lockspace, { hostId: owner.hostId });
    const sight = answer?.known === true ? answer.hosts.find(({ hostId }) => hostId === owner?.hostId) : undefined;
    return { lease, owner, sight, isLockspaceKnown: answer?.known === true };
  } catch (cause) {
    throw new StorageError("StorageDomainMasterError", `cannot read who is the SPM of domain ${domainId}`, { cause });
  }
}

/** As vdsm says it (vdsm fd4b0df lib/vdsm/storage/clusterlock.py inspect): an owner who may still act counts as one. */
async function readSdmOwner(world: SdmLockWorld, found: DomainLeases): Promise<SpmOwner> {
  const { lease, owner, sight, isLockspaceKnown } = await lookAtOwner(world, found);
  if (owner === undefined) return nobody;
  const { version: leaseVersion } = lease;
  // Where we do not see the hosts, nothing proves that it is dead.
  if (!isLockspaceKnown) return { leaseVersion, hostNumber: owner.hostId };
  const isGone =
    sight === undefined || sight.generation !== owner.generation || sight.status === "dead" || sight.status === "free";
  return { leaseVersion, hostNumber: isGone ? nobody.hostNumber : owner.hostId };
}
