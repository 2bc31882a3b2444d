/** The index in `dom_md/xleases`, block by block. Only the SPM writes it; whoever reads it reads it anew. */
import type { LeasePlace, Sanlock } from "@yagura/sanlock";
import {
  BadLeaseIndex,
  changeLeaseRecord,
  decodeLeaseIndex,
  encodeLeaseIndexHead,
  externalLeaseOffset,
  LEASE_INDEX_BYTES,
  type LeaseGeometry,
  type LeaseIndex,
  leaseIndexOffset,
} from "@yagura/storage-format";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import { findDomainLeases } from "../leases/domain-leases.ts";

/** What of sanlock external leases need. */
export type LeaseStore = Pick<Sanlock, "writeLease" | "clearLease" | "readLease" | "readLeaseOwners" | "listHosts">;

export interface ExternalLeaseWorld {
  readonly files: StorageFiles;
  readonly sanlock: LeaseStore;
}

export interface LeaseIndexFile {
  readonly geometry: LeaseGeometry;
  readonly index: LeaseIndex;
  /** Whether the file reaches so far: it becomes longer with each lease that sanlock writes behind its end. */
  reaches(recordNumber: number): boolean;
  /** Where the lease of a record lies. */
  place(recordNumber: number, leaseId: string): LeasePlace;
  /** Enters a lease, or with `undefined` frees its record, in one write. */
  writeRecord(recordNumber: number, leaseId: string | undefined): Promise<void>;
  /** Says whether the index is being rebuilt: nobody believes it then. */
  writeHead(head: { readonly isUpdating: boolean; readonly modifiedSeconds: number }): Promise<void>;
}

const FIRST_VERSION = 4;

/**
 * @param allowsUpdating for whoever rebuilds the index
 * @throws StorageError 936 where there can be no leases, 751 for an index that is damaged, or that nobody finished rebuilding
 */
export async function readLeaseIndex(
  domain: StorageDomain,
  { files }: Pick<ExternalLeaseWorld, "files">,
  { allowsUpdating = false }: { readonly allowsUpdating?: boolean } = {},
): Promise<LeaseIndexFile> {
  const { domainId } = domain;
  const path = domain.paths.externalLeases;
  const leases = await findDomainLeases(domain);
  if (leases === undefined || (await domain.readMetadata()).version < FIRST_VERSION) {
    throw new StorageError(
      "NoSuchLease",
      `domain ${domainId} is local or of an old version: it has no external leases`,
    );
  }
  const { geometry } = leases;
  const startBytes = leaseIndexOffset(geometry);
  const found = await files.findBytes(path, startBytes, LEASE_INDEX_BYTES);
  const bytes = Uint8Array.from(found ?? []);
  const index = decode(domainId, bytes);
  if (index.isUpdating && !allowsUpdating) {
    throw new StorageError("InvalidMetadata", `the lease index of domain ${domainId} has to be rebuilt first`);
  }
  const file = await files.find(path);
  return {
    geometry,
    index,
    reaches: (recordNumber) =>
      externalLeaseOffset(recordNumber, geometry) + geometry.alignmentBytes <= (file?.sizeBytes ?? 0),
    place: (recordNumber, leaseId) => ({
      lockspace: domainId,
      name: leaseId,
      path,
      offsetBytes: externalLeaseOffset(recordNumber, geometry),
    }),
    async writeRecord(recordNumber, leaseId) {
      const offsetBytes = externalLeaseOffset(recordNumber, geometry);
      const change = leaseId === undefined ? undefined : { leaseId, offsetBytes };
      const block = changeLeaseRecord(bytes, recordNumber, change, geometry.sectorBytes);
      await files.writeBytes(path, startBytes + block.offsetBytes, block.bytes);
      bytes.set(block.bytes, block.offsetBytes);
    },
    async writeHead({ isUpdating, modifiedSeconds }) {
      bytes.set(encodeLeaseIndexHead({ lockspace: domainId, isUpdating, modifiedSeconds }));
      await files.writeBytes(path, startBytes, bytes.subarray(0, geometry.sectorBytes));
    },
  };
}

function decode(domainId: string, bytes: Uint8Array): LeaseIndex {
  try {
    const index = decodeLeaseIndex(bytes);
    if (index.lockspace !== domainId) throw new BadLeaseIndex(`it is of domain ${index.lockspace}`);
    return index;
  } catch (cause) {
    if (!(cause instanceof BadLeaseIndex)) throw cause;
    throw new StorageError("InvalidMetadata", `the lease index of domain ${domainId} cannot be read`, { cause });
  }
}
