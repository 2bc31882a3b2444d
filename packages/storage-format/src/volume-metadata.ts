/**
 * `<volume>.meta`: what a volume is and what it stands on. At most 512 bytes of KEY=VALUE lines sorted by key, then EOF.
 * vdsm fd4b0df lib/vdsm/storage/volumemetadata.py
 */
import { blankUuid, findId, type ImageId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
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

export const VOLUME_METADATA_BYTES_MAX = 512;
const DESCRIPTION_LENGTH_MAX = 210;
const SECTOR_BYTES = 512;
/** `GEN` counts from 0 to 999 and begins again. */
const GENERATIONS = 1000;

export const volumeFormats = ["RAW", "COW"] as const;
export const volumeAllocations = ["SPARSE", "PREALLOCATED"] as const;
export const volumeRoles = ["LEAF", "INTERNAL", "SHARED"] as const;
export const volumeLegalities = ["LEGAL", "ILLEGAL", "FAKE"] as const;

export interface VolumeMetadata {
  readonly domainId: StorageDomainId;
  readonly imageId: ImageId;
  /** The volume below; absent for a base. */
  readonly parentId?: VolumeId;
  readonly capacityBytes: number;
  readonly format: (typeof volumeFormats)[number];
  readonly allocation: (typeof volumeAllocations)[number];
  readonly role: (typeof volumeRoles)[number];
  /** ILLEGAL: what is in it is not known to be right; no guest may be started on it. */
  readonly legality: (typeof volumeLegalities)[number];
  /** DATA, ISOF, MEMD, MEMM, OVFS, …, or "1" and "2" of the old days: nothing depends on it. */
  readonly diskType: string;
  readonly description: string;
  readonly createdSeconds: number;
  /** Grows with each operation that changed the content, so that a repeated request can be told from a new one. */
  readonly generation: number;
  /** Position in the order in which the image's volumes were created. */
  readonly sequence: number;
  readonly foreign: KeyValues;
}

const knownKeys = [
  "CAP",
  "CTIME",
  "DESCRIPTION",
  "DISKTYPE",
  "DOMAIN",
  "FORMAT",
  "GEN",
  "IMAGE",
  "LEGALITY",
  "MTIME",
  "PUUID",
  "SEQ",
  "SIZE",
  "TYPE",
  "VOLTYPE",
];

/**
 * Reads the text of any version: before V5 the capacity is in sectors (`SIZE`), and there is no `SEQ`.
 * @throws BadMetadata (757) for a volume whose metadata was cleared, (751) when something is missing or impossible
 */
export function parseVolumeMetadata(text: string): VolumeMetadata {
  const values = parseKeyValues(linesUntilEof(text));
  if (values.size === 0 || values.has("NONE")) {
    throw new BadMetadata(metadataErrors.cleared, "the metadata of this volume was cleared");
  }
  const parentId = requireId<VolumeId>(values, "PUUID");
  return {
    domainId: requireId(values, "DOMAIN"),
    imageId: requireId(values, "IMAGE"),
    ...(parentId !== blankUuid && { parentId }),
    capacityBytes: values.has("CAP") ? requireCount(values, "CAP") : requireCount(values, "SIZE") * SECTOR_BYTES,
    format: requireOneOf(values, "FORMAT", volumeFormats),
    allocation: requireOneOf(values, "TYPE", volumeAllocations),
    role: requireOneOf(values, "VOLTYPE", volumeRoles),
    legality: requireOneOf(values, "LEGALITY", volumeLegalities),
    diskType: requireValue(values, "DISKTYPE"),
    description: requireValue(values, "DESCRIPTION"),
    createdSeconds: requireCount(values, "CTIME"),
    generation: values.has("GEN") ? requireCount(values, "GEN") : 0,
    sequence: values.has("SEQ") ? requireCount(values, "SEQ") : 0,
    foreign: new Map([...values].filter(([key]) => !knownKeys.includes(key))),
  };
}

/**
 * The text for a domain of a version, as oVirt would write it byte for byte. A description that is too long is cut, as
 * oVirt does. Before V5 there is no sequence.
 * @throws BadMetadata (756) when it does not fit, (751) when a value cannot be stored
 */
export function formatVolumeMetadata(metadata: VolumeMetadata, domainVersion = 5): string {
  const values = new Map<string, string>([
    ...metadata.foreign,
    ...versionedValues(metadata, domainVersion),
    ["CTIME", String(metadata.createdSeconds)],
    ["DESCRIPTION", Array.from(metadata.description).slice(0, DESCRIPTION_LENGTH_MAX).join("")],
    ["DISKTYPE", metadata.diskType],
    ["DOMAIN", metadata.domainId],
    ["FORMAT", metadata.format],
    ["GEN", String(metadata.generation)],
    ["IMAGE", metadata.imageId],
    ["LEGALITY", metadata.legality],
    ["PUUID", metadata.parentId ?? blankUuid],
    ["TYPE", metadata.allocation],
    ["VOLTYPE", metadata.role],
  ]);
  const text = [...formatKeyValues(values), "EOF"].map((line) => `${line}\n`).join("");
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > VOLUME_METADATA_BYTES_MAX) {
    throw new BadMetadata(metadataErrors.overflow, `${bytes} bytes of metadata, ${VOLUME_METADATA_BYTES_MAX} fit`);
  }
  return text;
}

function versionedValues({ capacityBytes, sequence }: VolumeMetadata, domainVersion: number): [string, string][] {
  if (domainVersion >= 5) {
    return [
      ["CAP", String(capacityBytes)],
      ["SEQ", String(sequence)],
    ];
  }
  return [
    ["MTIME", "0"],
    ["SIZE", String(Math.floor(capacityBytes / SECTOR_BYTES))],
  ];
}

export function nextGeneration(generation: number): number {
  return (generation + 1) % GENERATIONS;
}

function linesUntilEof(text: string): string[] {
  const lines = text.replace(/\0+$/, "").split("\n");
  const end = lines.findIndex((line) => line.startsWith("EOF"));
  return end === -1 ? lines : lines.slice(0, end);
}

function requireId<T extends StorageDomainId | ImageId | VolumeId>(values: KeyValues, key: string): T {
  const id = findId<T>(requireValue(values, key));
  if (id === undefined) throw new BadMetadata(metadataErrors.invalid, `${key} is not a UUID`);
  return id;
}
