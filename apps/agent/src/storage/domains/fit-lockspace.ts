import type { Sanlock } from "@yagura/sanlock";
import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import type { DomainMetadata } from "@yagura/storage-format";
import type { StorageFiles } from "../files/storage-files.ts";
import { domainLeases, isSharedType } from "../leases/domain-leases.ts";
import { readMembers } from "./find-living-members.ts";
import type { StorageDomain } from "./storage-domain.ts";

interface FitWorld {
  readonly files: StorageFiles;
  readonly sanlock: Pick<Sanlock, "writeLockspace">;
  readonly log: Log;
}

/**
 * Writes the lockspace anew for the clock of the pool that the domain is about to join. Without it the first host to join
 * waits as long as the old clock demands; so where anybody is a member, or may be, it is left alone.
 */
export async function fitLockspace(
  domain: StorageDomain,
  metadata: DomainMetadata,
  { files, sanlock, log }: FitWorld,
): Promise<void> {
  if (!isSharedType(metadata.type)) return;
  const before = await domain.readMetadata();
  if (before.lease.ioTimeoutSeconds === metadata.lease.ioTimeoutSeconds) return;
  const { domainId } = domain;
  if ((await readMembers(domain, metadata, files)).size > 0) {
    log.info("a lockspace is not written anew: it has members", { domainId });
    return;
  }
  const { lockspace, geometry, ioTimeoutSeconds } = domainLeases(domain, metadata);
  try {
    await sanlock.writeLockspace(lockspace, geometry, { ioTimeoutSeconds });
  } catch (error) {
    log.warn("a lockspace could not be written anew; joining it takes longer", {
      domainId,
      error: describeError(error),
    });
  }
}
