/**
 * `dom_md/metadata`: who a storage domain is and whose. Lines KEY=VALUE sorted by key; the last one, _SHA_CKSUM, is the
 * SHA-1 of all others one after the other without line breaks, each in ASCII with `&#N;` for what is not ASCII.
 * vdsm fd4b0df lib/vdsm/storage/persistent.py, sd.py
 */

import { type DataCenterId, findId, type StorageDomainId } from "@yagura/std/ids.ts";
import {
  BadMetadata,
  formatKeyValues,
  type KeyValues,
  metadataErrors,
  parseKeyValues,
  requireCount,
  requireOneOf,
  requireValue,
} from "./key-values.ts";
import { sha1Hex } from "./sha1.ts";

export const storageTypes = ["NFS", "FCP", "ISCSI", "LOCALFS", "CIFS", "POSIXFS", "GLUSTERFS"] as const;
/** Words on disk; their numbers in the API are the position, counted from 1. */
export type StorageType = (typeof storageTypes)[number];

export const domainClasses = ["Data", "Iso", "Backup"] as const;
export type DomainClass = (typeof domainClasses)[number];

export interface DomainMetadata {
  readonly domainId: StorageDomainId;
  readonly version: number;
  readonly type: StorageType;
  readonly class: DomainClass;
  readonly role: "Regular" | "Master";
  /** The name that people gave it. */
  readonly description: string;
  /** The data centers it belongs to: none or one. */
  readonly poolIds: readonly DataCenterId[];
  readonly remotePath: string;
  readonly blockSizeBytes: number;
  readonly alignmentBytes: number;
  /** Only on a master: grows each time the role moves. */
  readonly masterVersion?: number;
  readonly lease: LeaseParameters;
  readonly lockPolicy: string;
  /** Keys of others, kept as they are. */
  readonly foreign: KeyValues;
}

/** Of no use since sanlock, but oVirt insists on the keys. */
export interface LeaseParameters {
  readonly ioTimeoutSeconds: number;
  readonly retries: number;
  readonly leaseSeconds: number;
  readonly renewalSeconds: number;
}

export const defaultLeaseParameters: LeaseParameters = {
  ioTimeoutSeconds: 10,
  retries: 3,
  leaseSeconds: 60,
  renewalSeconds: 5,
};

const CHECKSUM = "_SHA_CKSUM";
const DESCRIPTION_LENGTH_MAX = 50;
const knownKeys = [
  "ALIGNMENT",
  "BLOCK_SIZE",
  "CLASS",
  "DESCRIPTION",
  "IOOPTIMEOUTSEC",
  "LEASERETRIES",
  "LEASETIMESEC",
  "LOCKPOLICY",
  "LOCKRENEWALINTERVALSEC",
  "MASTER_VERSION",
  "POOL_UUID",
  "REMOTE_PATH",
  "ROLE",
  "SDUUID",
  "TYPE",
  "VERSION",
];

/**
 * Reads the text of the file. A file without a checksum is taken as it is, as oVirt does.
 * @throws BadMetadata (752) when the checksum is wrong, (751) when something is missing or impossible
 */
export function parseDomainMetadata(text: string): DomainMetadata {
  const values = parseKeyValues(text.replace(/\0+$/, "").split("\n"));
  const declared = values.get(CHECKSUM);
  values.delete(CHECKSUM);
  const computed = checksum(formatKeyValues(values));
  if (declared !== undefined && declared !== computed) {
    throw new BadMetadata(metadataErrors.sealIsBroken, `the checksum is ${declared}, but should be ${computed}`);
  }
  const version = requireCount(values, "VERSION");
  const masterVersion = values.get("MASTER_VERSION");
  return {
    domainId: readDomainId(values),
    version,
    type: requireOneOf(values, "TYPE", storageTypes),
    class: requireOneOf(values, "CLASS", domainClasses),
    role: requireOneOf(values, "ROLE", ["Regular", "Master"]),
    description: values.get("DESCRIPTION") ?? "",
    poolIds: readPoolIds(values),
    remotePath: values.get("REMOTE_PATH") ?? "",
    // Before V5 there was no choice.
    blockSizeBytes: version < 5 ? 512 : requireCount(values, "BLOCK_SIZE"),
    alignmentBytes: version < 5 ? 1024 * 1024 : requireCount(values, "ALIGNMENT"),
    ...(masterVersion !== undefined && { masterVersion: requireCount(values, "MASTER_VERSION") }),
    lease: {
      ioTimeoutSeconds: countOr(values, "IOOPTIMEOUTSEC", defaultLeaseParameters.ioTimeoutSeconds),
      retries: countOr(values, "LEASERETRIES", defaultLeaseParameters.retries),
      leaseSeconds: countOr(values, "LEASETIMESEC", defaultLeaseParameters.leaseSeconds),
      renewalSeconds: countOr(values, "LOCKRENEWALINTERVALSEC", defaultLeaseParameters.renewalSeconds),
    },
    lockPolicy: values.get("LOCKPOLICY") ?? "",
    foreign: new Map([...values].filter(([key]) => !knownKeys.includes(key))),
  };
}

/**
 * The text of the file, as oVirt would write it byte for byte.
 * @throws BadMetadata when a value cannot be stored
 */
export function formatDomainMetadata(metadata: DomainMetadata): string {
  const { lease } = metadata;
  const values = new Map<string, string>([
    ...metadata.foreign,
    ["CLASS", metadata.class],
    ["DESCRIPTION", metadata.description],
    ["IOOPTIMEOUTSEC", String(lease.ioTimeoutSeconds)],
    ["LEASERETRIES", String(lease.retries)],
    ["LEASETIMESEC", String(lease.leaseSeconds)],
    ["LOCKPOLICY", metadata.lockPolicy],
    ["LOCKRENEWALINTERVALSEC", String(lease.renewalSeconds)],
    ["POOL_UUID", metadata.poolIds.join(",")],
    ["REMOTE_PATH", metadata.remotePath],
    ["ROLE", metadata.role],
    ["SDUUID", metadata.domainId],
    ["TYPE", metadata.type],
    ["VERSION", String(metadata.version)],
  ]);
  if (metadata.masterVersion !== undefined) values.set("MASTER_VERSION", String(metadata.masterVersion));
  if (metadata.version >= 5) {
    values.set("ALIGNMENT", String(metadata.alignmentBytes));
    values.set("BLOCK_SIZE", String(metadata.blockSizeBytes));
  }
  const lines = formatKeyValues(values);
  return [...lines, `${CHECKSUM}=${checksum(lines)}`].map((line) => `${line}\n`).join("");
}

/** Whether oVirt takes this name for a domain. */
export function isDomainDescription(text: string): boolean {
  return text.length <= DESCRIPTION_LENGTH_MAX && !/\p{Cc}/u.test(text);
}

function readDomainId(values: KeyValues): StorageDomainId {
  const domainId = findId<StorageDomainId>(requireValue(values, "SDUUID"));
  if (domainId === undefined) throw new BadMetadata(metadataErrors.invalid, "SDUUID is not a UUID");
  return domainId;
}

function readPoolIds(values: KeyValues): DataCenterId[] {
  const texts = (values.get("POOL_UUID") ?? "").split(",").filter((text) => text !== "");
  return texts.map((text) => {
    const poolId = findId<DataCenterId>(text);
    if (poolId === undefined)
      throw new BadMetadata(metadataErrors.invalid, "POOL_UUID has something that is not a UUID");
    return poolId;
  });
}

function countOr(values: KeyValues, key: string, otherwise: number): number {
  const value = values.get(key) ?? "";
  return /^\d{1,9}$/.test(value) ? Number(value) : otherwise;
}

function checksum(lines: readonly string[]): string {
  const ascii = lines.join("").replace(/[^\0-\x7f]/gu, (character) => `&#${character.codePointAt(0)};`);
  return sha1Hex(new TextEncoder().encode(ascii));
}
