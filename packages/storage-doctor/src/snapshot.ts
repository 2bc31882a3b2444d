import type { ImageId, StorageDomainId, VolumeId } from "@yagura/std/ids.ts";
import type {
  DomainMetadata,
  LeaseIndex,
  SanlockHostRecord,
  SanlockLeaseRecord,
  VolumeMetadata,
} from "@yagura/storage-format";
import type { Qcow2Header } from "./read/qcow2-header.ts";

/** Everything that the doctor knows of a domain: what was on the storage at one look. Plain values, no judgement. */
export interface DomainSnapshot {
  /** The directory of the domain. */
  readonly path: string;
  /** What its name says, when that is an id. */
  readonly directoryId?: StorageDomainId;
  readonly directory: FileFacts;
  /** Its directories, named from there: `images`, `dom_md`, `master/tasks`. */
  readonly folders: readonly NamedFile[];
  readonly metadata: Found<DomainMetadata>;
  /** What is in `dom_md`. */
  readonly control: readonly NamedFile[];
  /** What is in `ids`. */
  readonly lockspace: Found<LockspaceSnapshot>;
  /** The SPM's lease. */
  readonly spmLease: Found<SanlockLeaseRecord>;
  readonly leaseIndex: Found<LeaseIndex>;
  /** For each used record of the index: what lies at its place. By number of the record. */
  readonly externalLeases: ReadonlyMap<number, Found<SanlockLeaseRecord>>;
  readonly images: readonly ImageSnapshot[];
  /** Names in `images` that are no image's. */
  readonly strays: readonly NamedFile[];
  /** Beside the domain: directories of domains that were never finished, or never quite removed. */
  readonly unfinishedDomains: readonly NamedFile[];
  readonly tasks: readonly TaskSnapshot[];
  /** Records of the journal that were not put in place. */
  readonly unfinishedTasks: readonly NamedFile[];
  /** On a local domain: whether an agent holds the lock on `ids`; absent where nobody could be asked. */
  readonly isLockedByAgent?: boolean;
}

export interface LockspaceSnapshot {
  /** Whose leases it rules: the domain's id. */
  readonly name: string;
  /** Hosts that ever joined. */
  readonly hosts: readonly SanlockHostRecord[];
}

/** Something that should be somewhere. */
export type Found<T> =
  | { readonly is: "there"; readonly value: T }
  | { readonly is: "missing" }
  | { readonly is: "broken"; readonly why: string };

export interface FileFacts {
  readonly kind: "file" | "directory" | "link" | "other";
  readonly sizeBytes: number;
  readonly allocatedBytes: number;
  readonly uid: number;
  readonly gid: number;
  /** The nine bits of who may do what. */
  readonly mode: number;
  /** Two names of the same file have the same. */
  readonly inode: string;
}

export interface NamedFile extends FileFacts {
  readonly name: string;
}

export interface ImageSnapshot {
  readonly imageId: ImageId;
  readonly directory: FileFacts;
  readonly volumes: readonly VolumeSnapshot[];
  /** Names that belong to no volume. */
  readonly others: readonly NamedFile[];
}

/** What there is of a volume: any of its three files may be missing. */
export interface VolumeSnapshot {
  readonly volumeId: VolumeId;
  readonly metadata: Found<VolumeMetadata>;
  readonly metadataFile?: FileFacts;
  readonly content?: FileFacts;
  /** The beginning of the content, if it is that of a qcow2 image; `missing`: it begins like none. */
  readonly header: Found<Qcow2Header>;
  /** What `qemu-img check` said against it, where it was asked. */
  readonly complaint?: string;
  readonly lease?: FileFacts;
  readonly leaseRecord: Found<SanlockLeaseRecord>;
}

/** A record of the SPM's journal, as far as it could be read. */
export interface TaskSnapshot {
  readonly name: string;
  readonly record: Found<TaskRecordFacts>;
}

export interface TaskRecordFacts {
  readonly verb: string;
  readonly state: string;
  /** What was about to be done. */
  readonly intent: string;
  readonly imageId?: string;
  readonly volumeIds: readonly string[];
}

export function valueIn<T>(found: Found<T>): T | undefined {
  return found.is === "there" ? found.value : undefined;
}
