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
  BadLeaseIndex,
  CannotWriteLeaseRecord,
  type ChangedBlock,
  changeLeaseRecord,
  decodeLeaseIndex,
  encodeEmptyLeaseIndex,
  encodeLeaseIndexHead,
  findFreeLeaseRecord,
  findLeaseRecord,
  LEASE_INDEX_BYTES,
  LEASE_RECORDS,
  type LeaseIndex,
  type LeaseIndexHead,
  type LeaseRecord,
} from "./lease-index.ts";
export {
  chooseLeaseGeometry,
  externalLeaseOffset,
  findLeaseGeometry,
  HOST_ID_MAX,
  type LeaseGeometry,
  LOCKSPACE_OFFSET,
  leaseIndexOffset,
  SDM_LEASE_NAME,
  sdmLeaseOffset,
  VOLUME_LEASE_OFFSET,
} from "./lease-layout.ts";
export {
  CannotWriteMail,
  decodeEvent,
  decodeReplies,
  decodeRequests,
  type ExtendMessage,
  encodeEvent,
  encodeMailbox,
  isReplyTo,
  MAILBOX_BYTES,
  type MailboxMessage,
  MESSAGES_PER_MAILBOX,
  mailboxOffset,
} from "./mailbox.ts";
export {
  BadSanlockRecord,
  decodeHostRecord,
  decodeLeaseRecord,
  type SanlockHostRecord,
  type SanlockLeaseRecord,
} from "./sanlock-records.ts";
export {
  formatVolumeMetadata,
  nextGeneration,
  parseVolumeMetadata,
  VOLUME_METADATA_BYTES_MAX,
  type VolumeMetadata,
} from "./volume-metadata.ts";
