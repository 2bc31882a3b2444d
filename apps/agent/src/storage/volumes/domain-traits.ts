import type { StorageDomain } from "../domains/storage-domain.ts";

/** What a domain's kind and version mean for the volumes in it. */
export interface DomainTraits {
  /** Other hosts see it: bytes go past the page cache, and volumes have leases. */
  readonly isShared: boolean;
  /** What every reader of the domain understands of qcow2. */
  readonly qcow2Compat: "0.10" | "1.1";
}

const FIRST_VERSION_WITH_COMPAT_1_1 = 4;

export async function readTraits(domain: StorageDomain): Promise<DomainTraits> {
  const { type, version } = await domain.readMetadata();
  return { isShared: type !== "LOCALFS", qcow2Compat: version >= FIRST_VERSION_WITH_COMPAT_1_1 ? "1.1" : "0.10" };
}
