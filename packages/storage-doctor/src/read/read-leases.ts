import {
  type DomainMetadata,
  type DomainPaths,
  decodeHostRecord,
  decodeLeaseIndex,
  decodeLeaseRecord,
  externalLeaseOffset,
  findLeaseGeometry,
  HOST_ID_MAX,
  LEASE_INDEX_BYTES,
  type LeaseGeometry,
  type LeaseIndex,
  leaseIndexOffset,
  type SanlockLeaseRecord,
  sdmLeaseOffset,
} from "@yagura/storage-format";
import type { DomainSnapshot, Found, LockspaceSnapshot } from "../snapshot.ts";
import { readBytes, readFound } from "./read-file.ts";

/** Where a domain keeps its leases, and in which units. */
export interface LeasePlaces {
  readonly paths: DomainPaths;
  readonly geometry: LeaseGeometry;
}

/** A domain whose metadata nobody can read is taken for one like most. */
const ordinary: LeaseGeometry = { sectorBytes: 512, alignmentBytes: 1024 * 1024 };

export function whereLeasesAre(paths: DomainPaths, metadata: DomainMetadata | undefined): LeasePlaces {
  const found = metadata && findLeaseGeometry(metadata.blockSizeBytes, metadata.alignmentBytes);
  return { paths, geometry: found ?? ordinary };
}

export function readLockspace({ paths, geometry }: LeasePlaces): Promise<Found<LockspaceSnapshot>> {
  const { sectorBytes } = geometry;
  return readFound(
    () => readBytes(paths.ids, 0, HOST_ID_MAX * sectorBytes),
    (bytes) => {
      // Nobody ever made a lockspace here: a local domain, or one that has just been begun.
      if (bytes.length === 0) return undefined;
      const ids = Array.from({ length: HOST_ID_MAX }, (_, index) => index + 1);
      const records = ids.flatMap((hostId) => decodeHostRecord(bytes, hostId, sectorBytes) ?? []);
      const [first] = records;
      return first && { name: first.lockspace, hosts: records.filter(({ generation }) => generation > 0) };
    },
  );
}

export function readSpmLease({ paths, geometry }: LeasePlaces): Promise<Found<SanlockLeaseRecord>> {
  return readLease(paths.leases, sdmLeaseOffset(geometry), geometry);
}

export function readLeaseIndex({ paths, geometry }: LeasePlaces): Promise<Found<LeaseIndex>> {
  return readFound(
    () => readBytes(paths.externalLeases, leaseIndexOffset(geometry), LEASE_INDEX_BYTES),
    (bytes) => decodeLeaseIndex(bytes),
  );
}

/** What lies at the places that the index gives to leases. */
export async function readExternalLeases(
  { paths, geometry }: LeasePlaces,
  index: LeaseIndex | undefined,
): Promise<DomainSnapshot["externalLeases"]> {
  const found = new Map<number, Found<SanlockLeaseRecord>>();
  for (const [number, { is }] of index?.records.entries() ?? []) {
    if (is !== "used") continue;
    found.set(number, await readLease(paths.externalLeases, externalLeaseOffset(number, geometry), geometry));
  }
  return found;
}

function readLease(
  path: string,
  offsetBytes: number,
  { sectorBytes }: LeaseGeometry,
): Promise<Found<SanlockLeaseRecord>> {
  // The leader, a request, and a ballot for each host.
  const lengthMax = (2 + HOST_ID_MAX) * sectorBytes;
  return readFound(() => readBytes(path, offsetBytes, lengthMax), decodeLeaseRecord);
}
