import { kernelErrors, type LeasePlace, type Sanlock, SanlockError } from "@yagura/sanlock";
import { describeError } from "@yagura/std/describe-error.ts";
import type { ImageId, VolumeId } from "@yagura/std/ids.ts";
import type { VolumeKey } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import { inTime } from "../pool/in-time.ts";
import { type DomainLeases, findDomainLeases } from "./domain-leases.ts";
import type { EndProcess, ProcessLeases } from "./process-leases.ts";

export interface LeasedVolume {
  readonly domain: StorageDomain;
  readonly key: VolumeKey;
}

/** The leases of single volumes: whoever holds one may change that volume's record and bytes, on whatever host. */
export interface VolumeLeases {
  /** Writes a free lease for a volume, `VOLUME.lease`; one that is there is written anew. Its holder must be nobody. */
  make(domain: StorageDomain, imageId: ImageId, volumeId: VolumeId): Promise<void>;
  /**
   * Holds the leases of all these volumes while `work` runs. The process ends when they are lost.
   * @throws StorageError 651 when another host, or another process, holds one
   */
  hold<Result>(volumes: readonly LeasedVolume[], work: () => Promise<Result>): Promise<Result>;
}

/** Where no other host sees the domain, there is nobody to keep away. */
export const noVolumeLeases: VolumeLeases = {
  make: async () => undefined,
  hold: (_, work) => work(),
};

interface LeasesWorld {
  readonly sanlock: Pick<Sanlock, "writeLease">;
  readonly leases: Pick<ProcessLeases, "tryAcquire" | "release">;
  readonly files: StorageFiles;
  /** Resolves when this host is a member of the domain's lockspace. @throws StorageError 661 */
  awaitHostId(leases: DomainLeases): Promise<void>;
  readonly endProcess: EndProcess;
  /** Resolves when no process that was killed while it wrote to the storage of a path is left. */
  whenWritersDead(path: string): Promise<void>;
}

/** What does not die in this time hangs in the kernel. */
const WRITERS_MS = 30_000;
/** The daemon takes no more in one request. */
const LEASES_AT_ONCE_MAX = 8;

export interface OwnVolumeLeases extends VolumeLeases {
  /** Resolves when nothing works under a lease any more, streams included. */
  whenIdle(): Promise<void>;
}

/** Leases of the volumes on shared domains; of those on local ones, none. */
export function openVolumeLeases(world: LeasesWorld): OwnVolumeLeases {
  const { sanlock, leases, files, awaitHostId } = world;
  const underWay = new Set<Promise<unknown>>();

  async function release(held: readonly LeasePlace[]): Promise<void> {
    try {
      const dead = Promise.all(held.map(({ path }) => world.whenWritersDead(path)));
      await inTime("the end of the last writer", WRITERS_MS, dead);
      await leases.release(held);
    } catch (cause) {
      // While we do not know that it is free, it is ours; nobody here would give it back again.
      world.endProcess(`volume leases could not be given back: ${describeError(cause)}`);
      throw cause;
    }
  }

  return {
    async make(domain, imageId, volumeId) {
      const found = await findDomainLeases(domain);
      if (found === undefined) return;
      const lease = found.volume(imageId, volumeId);
      const isThere = (await files.find(lease.path)) !== undefined;
      // Made beside: what lies in its place without being a lease can be held by nobody, and so never be removed.
      const path = isThere ? lease.path : `${lease.path}.new`;
      if (!isThere) {
        await files.remove(path);
        await files.createSparse(path, found.geometry.alignmentBytes);
      }
      try {
        await sanlock.writeLease({ ...lease, path }, found.geometry);
      } catch (cause) {
        throw new StorageError("ClusterLockInitError", `cannot write the lease of volume ${volumeId}`, { cause });
      }
      if (!isThere) await files.rename(path, lease.path);
    },

    hold(volumes, work) {
      const held = hold(volumes, work);
      const ended: Promise<unknown> = held.then(
        () => underWay.delete(ended),
        () => underWay.delete(ended),
      );
      underWay.add(ended);
      return held;
    },

    async whenIdle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };

  async function hold<Result>(volumes: readonly LeasedVolume[], work: () => Promise<Result>): Promise<Result> {
    const wanted = await listWanted(volumes);
    for (const one of new Set(wanted.map(({ of }) => of))) await awaitHostId(one);
    const places = wanted.map(({ lease }) => lease);
    const held: LeasePlace[] = [];
    try {
      for (let at = 0; at < places.length; at += LEASES_AT_ONCE_MAX) {
        const some = places.slice(at, at + LEASES_AT_ONCE_MAX);
        await acquire(leases, some);
        held.push(...some);
      }
      return await work();
    } finally {
      if (held.length > 0) await release(held);
    }
  }
}

interface Wanted {
  readonly lease: LeasePlace;
  readonly of: DomainLeases;
}

/** One for each volume on a shared domain, always in the same order. */
async function listWanted(volumes: readonly LeasedVolume[]): Promise<Wanted[]> {
  const domains = new Map<string, DomainLeases | undefined>();
  const wanted = new Map<string, Wanted>();
  for (const { domain, key } of volumes) {
    const { domainId } = domain;
    if (!domains.has(domainId)) domains.set(domainId, await findDomainLeases(domain));
    const of = domains.get(domainId);
    if (of !== undefined)
      wanted.set(`${domainId}/${key.volumeId}`, { lease: of.volume(key.imageId, key.volumeId), of });
  }
  return [...wanted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

async function acquire(leases: Pick<ProcessLeases, "tryAcquire">, some: readonly LeasePlace[]): Promise<void> {
  const names = some.map(({ name, lockspace }) => `${name} of domain ${lockspace}`).join(", ");
  let outcome: Awaited<ReturnType<typeof leases.tryAcquire>>;
  try {
    outcome = await leases.tryAcquire(some);
  } catch (cause) {
    const isNotMember = cause instanceof SanlockError && cause.code === kernelErrors.ENOSPC;
    const why = isNotMember ? ": this host has lost its host id there" : "";
    throw new StorageError("AcquireLockFailure", `cannot acquire the lease of volume ${names}${why}`, { cause });
  }
  if (outcome.is === "acquired") return;
  const who: Readonly<Record<typeof outcome.because, string>> = {
    "held-by-another-host": "another host works on it, or died doing so and is not known to be dead yet",
    "held-on-this-host": "another operation of this host works on it",
    "another-version": "somebody else had it in between",
    "not-now": "sanlock is just acquiring it or letting it go",
  };
  throw new StorageError("AcquireLockFailure", `cannot acquire the lease of volume ${names}: ${who[outcome.because]}`);
}
