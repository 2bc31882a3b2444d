import { dirname } from "node:path";
import type { StorageDomainId } from "@yagura/std/ids.ts";
import { StorageError } from "../errors.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import type { HostIds } from "../leases/host-ids.ts";
import { noDomain } from "./file-domain.ts";
import type { KnownDomains } from "./known-domains.ts";

interface FormatWorld {
  readonly files: StorageFiles;
  readonly known: KnownDomains;
  readonly hostIds: Pick<HostIds, "leave">;
}

/** Removes a domain that belongs to no pool, and everything in it; also the rest of one whose removal was interrupted. */
export async function formatDomain({ files, known, hostIds }: FormatWorld, domainId: StorageDomainId): Promise<void> {
  const domain = await known.find(domainId);
  if (domain === undefined) {
    const rest = await known.findBeside(doomedName(domainId));
    if (rest === undefined) throw noDomain(domainId);
    await files.remove(rest);
    return;
  }
  const { poolIds } = await domain.readMetadata();
  if (poolIds.length > 0) {
    throw new StorageError(
      "CannotFormatAttachedStorageDomain",
      `domain ${domainId} belongs to pool ${poolIds.join(", ")}`,
    );
  }
  await hostIds.leave(domainId);
  // Renamed first: half a domain is none.
  const doomed = `${dirname(domain.paths.domain)}/${doomedName(domainId)}`;
  await files.remove(doomed);
  await files.rename(domain.paths.domain, doomed);
  known.forget();
  await files.remove(doomed);
}

function doomedName(domainId: StorageDomainId): string {
  return `.removing-${domainId}`;
}
