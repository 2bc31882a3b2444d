import { isDomainDescription, type StorageType } from "@yagura/storage-format";
import type { NewDomain } from "../contract/domains.ts";
import { StorageError } from "../errors.ts";

/** The only version that is made; older ones are read. */
export const DOMAIN_VERSION = 5;
export const SECTOR_BYTES = 512;
const types: readonly StorageType[] = ["LOCALFS", "NFS", "POSIXFS"];

/** Refuses what can be known to be wrong without looking at the storage. @throws StorageError */
export function checkNewDomain(domain: NewDomain): void {
  const { type, class: domainClass, name, version, blockSizeBytes = SECTOR_BYTES } = domain;
  if (!types.includes(type)) {
    throw new StorageError("StorageDomainTypeError", `domains of type ${type} are not made, only ${types.join(", ")}`);
  }
  if (domainClass !== "Data")
    throw new StorageError("StorageDomainClassError", `domains of class ${domainClass} are not made`);
  if (version !== DOMAIN_VERSION) {
    throw new StorageError(
      "UnsupportedDomainVersion",
      `domains of version ${version} are not made, only of ${DOMAIN_VERSION}`,
    );
  }
  if (blockSizeBytes !== SECTOR_BYTES && blockSizeBytes !== 0) {
    throw new StorageError("StorageDomainCreationError", `blocks of ${blockSizeBytes} bytes are not supported`);
  }
  if (!isDomainDescription(name)) {
    throw new StorageError(
      "StorageDomainDescriptionTooLong",
      `not a name for a domain: ${JSON.stringify(name.slice(0, 100))}`,
    );
  }
}
