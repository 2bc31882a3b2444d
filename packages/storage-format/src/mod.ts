/** What is on shared disks, byte for byte, as oVirt 4.3 and later keep it. Pure: text in, values out, and back. */
export {
  type DomainClass,
  type DomainMetadata,
  defaultLeaseParameters,
  domainClasses,
  formatDomainMetadata,
  isDomainDescription,
  type LeaseParameters,
  parseDomainMetadata,
  type StorageType,
  storageTypes,
} from "./domain-metadata.ts";
export {
  connectionPath,
  type DomainPaths,
  domainPaths,
  doomedPrefix,
  mountsPath,
  poolDomainLink,
  poolMasterLink,
  poolPath,
  specialFiles,
  transformPath,
} from "./file-layout.ts";
export { BadMetadata, METADATA_FILE_BYTES_MAX, metadataErrors } from "./key-values.ts";
export {
  formatVolumeMetadata,
  nextGeneration,
  parseVolumeMetadata,
  VOLUME_METADATA_BYTES_MAX,
  type VolumeMetadata,
} from "./volume-metadata.ts";
