import type { DomainMetadata } from "@yagura/storage-format";

/** Whether other hosts see the domain too, and so leases rule it. */
export function isShared({ type }: DomainMetadata): boolean {
  return type !== "LOCALFS";
}
