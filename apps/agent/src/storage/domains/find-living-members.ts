import type { Clock } from "@yagura/std/clock.ts";
import { type DomainMetadata, decodeHostRecord, HOST_ID_MAX } from "@yagura/storage-format";
import type { StorageFiles } from "../files/storage-files.ts";
import { domainLeases, isSharedType } from "../leases/domain-leases.ts";
import type { StorageDomain } from "./storage-domain.ts";

/** A member renews each second io_timeout. */
const IO_TIMEOUTS_TO_SEE = 3;

/** The numbers of the hosts that renew their membership in a domain's lockspace. Takes some io_timeouts. */
export async function findLivingMembers(
  domain: StorageDomain,
  metadata: DomainMetadata,
  { files, clock }: { readonly files: StorageFiles; readonly clock: Clock },
): Promise<number[]> {
  const before = await readMembers(domain, metadata, files);
  if (before.size === 0) return [];
  await clock.sleep(IO_TIMEOUTS_TO_SEE * metadata.lease.ioTimeoutSeconds * 1000);
  const after = await readMembers(domain, metadata, files);
  return [...after].flatMap(([hostId, timestamp]) => (before.get(hostId) === timestamp ? [] : [hostId]));
}

/** When each host that joined and never left has renewed, by its own clock. */
export async function readMembers(
  domain: StorageDomain,
  metadata: DomainMetadata,
  files: StorageFiles,
): Promise<ReadonlyMap<number, number>> {
  const members = new Map<number, number>();
  if (!isSharedType(metadata.type)) return members;
  const { geometry } = domainLeases(domain, metadata);
  const { sectorBytes } = geometry;
  const bytes = await files.findBytes(domain.paths.ids, 0, HOST_ID_MAX * sectorBytes);
  if (bytes === undefined) return members;
  for (let hostId = 1; hostId <= HOST_ID_MAX; hostId++) {
    const record = decodeHostRecord(bytes, hostId, sectorBytes);
    if (record !== undefined && record.timestampSeconds > 0) members.set(hostId, record.timestampSeconds);
  }
  return members;
}
