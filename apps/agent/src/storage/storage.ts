import type { Readable } from "node:stream";
import type { DataCenterId, Id, ImageId, JobId, StorageDomainId, TaskId, VolumeId } from "@yagura/std/ids.ts";
import type { DomainClass, StorageType } from "@yagura/storage-format";

/**
 * The storage of this host, as the verbs of the Manager and the VMs see it. Storage has never heard of guests.
 * Every method rejects with a `StorageError` (its `code` is vdsm's) when the world says no; see README.md.
 */
export interface Storage extends AsyncDisposable {
  readonly connections: StorageConnections;
  readonly domains: StorageDomains;
  readonly pools: StoragePools;
  readonly volumes: StorageVolumes;
  readonly images: StorageImages;
  readonly tasks: StorageTasks;
  readonly jobs: StorageJobs;
  readonly externalLeases: StorageExternalLeases;
  /** For Host.getStats: one entry for each domain of the connected pools, from the last look at it. */
  vitals(): ReadonlyMap<StorageDomainId, DomainVitals>;
  /** Tells when a domain of a connected pool can be used, or not any more: at the first look, and at every change. */
  onDomainChange(listener: (domainId: StorageDomainId, isValid: boolean) => void): () => void;
}

/** A storage pool is what the Manager calls a data center; the id is the same. */
export type PoolId = DataCenterId;

// ── Connections: StoragePool.connectStorageServer ────────────────────────────────────────────────────────────────

export interface StorageConnections {
  /** Never rejects because of one connection: each has its own status. Repeating is harmless. */
  connect(wanted: readonly StorageConnection[]): Promise<readonly ConnectionStatus[]>;
  disconnect(gone: readonly StorageConnection[]): Promise<readonly ConnectionStatus[]>;
}

export interface StorageConnection {
  readonly connectionId: string;
  readonly type: StorageType;
  /**
   * LOCALFS: an absolute path on this host. NFS: `server:/export`, an IPv6 address in brackets. POSIXFS: whatever `mount`
   * takes for its type, a device or a directory for instance.
   */
  readonly path: string;
  /** How it is mounted; nothing here concerns LOCALFS. */
  readonly mount?: MountParameters;
}

export interface MountParameters {
  /** POSIXFS: the type of file system, as `mount -t` takes it. */
  readonly vfsType?: string;
  /** More options, separated by commas. */
  readonly options?: string;
  /** NFS: by default what client and server agree on. */
  readonly nfsVersion?: "auto" | "3" | "4" | "4.0" | "4.1" | "4.2";
  /** NFS: how long the first attempt of a request lasts; by default 100, which is ten seconds. */
  readonly timeoutDeciseconds?: number;
  /** NFS: attempts after the first; by default 3. */
  readonly retransmissions?: number;
}

export interface ConnectionStatus {
  readonly connectionId: string;
  /** 0, or the code of what went wrong. */
  readonly status: number;
  /** Why it is not connected, in words for whoever gave the connection. */
  readonly message?: string;
  readonly error?: unknown;
}

// ── Domains: StorageDomain.* ─────────────────────────────────────────────────────────────────────────────────────

export interface StorageDomains {
  create(domain: NewDomain): Promise<void>;
  /** Removes the domain and everything in it. Refused while it belongs to a pool. */
  format(domainId: StorageDomainId): Promise<void>;
  /** SPM only, as all up to `setDescription`. The last argument is the epoch that the caller means. */
  attach(domainId: StorageDomainId, poolId: PoolId, epoch?: number): Promise<void>;
  detach(domainId: StorageDomainId, poolId: PoolId, options?: DetachOptions): Promise<void>;
  activate(domainId: StorageDomainId, poolId: PoolId, epoch?: number): Promise<void>;
  deactivate(domainId: StorageDomainId, poolId: PoolId, epoch?: number): Promise<void>;
  setDescription(domainId: StorageDomainId, description: string, epoch?: number): Promise<void>;
  /** Resolves when the domain is there and its metadata can be read. */
  validate(domainId: StorageDomainId): Promise<void>;
  getInfo(domainId: StorageDomainId): Promise<DomainInfo>;
  getStats(domainId: StorageDomainId): Promise<DomainStats>;
  /** Ids of the domains on this host's connections: of all, or of those whose metadata can be read and fit. */
  list(filter?: DomainFilter): Promise<readonly StorageDomainId[]>;
  listImages(domainId: StorageDomainId): Promise<readonly ImageId[]>;
  /** Volumes of one image (with those of its template), or of all. */
  listVolumes(domainId: StorageDomainId, imageId?: ImageId): Promise<readonly VolumeId[]>;
}

export interface DomainFilter {
  readonly type?: StorageType;
  readonly class?: DomainClass;
  /** The path of a connection. */
  readonly path?: string;
}

export interface NewDomain {
  readonly domainId: StorageDomainId;
  readonly type: StorageType;
  readonly class: DomainClass;
  readonly name: string;
  /** The path of a connection made before. */
  readonly path: string;
  /** Only 5 is made. */
  readonly version: number;
  readonly blockSizeBytes?: number;
}

/** The SPM's epoch that a caller means; without it, whichever there is. What is meant for another one is refused (654). */
export interface SpmEpoch {
  readonly epoch?: number | undefined;
}

export interface DetachOptions extends SpmEpoch {
  /** Also a domain that says it belongs to a pool which nobody serves any more. */
  readonly isForced?: boolean;
}

export interface DomainInfo {
  readonly domainId: StorageDomainId;
  readonly type: StorageType;
  readonly class: DomainClass;
  readonly name: string;
  readonly role: "Regular" | "Master";
  readonly poolIds: readonly PoolId[];
  readonly version: number;
  readonly remotePath: string;
  readonly blockSizeBytes: number;
  readonly alignmentBytes: number;
  /** 0 on a domain that is no master. */
  readonly masterVersion: number;
}

export interface DomainStats {
  readonly totalBytes: number;
  /** What is left for ordinary users of the file system. */
  readonly freeBytes: number;
}

export interface DomainVitals {
  /** 0, or the code of what was wrong at the last look. */
  readonly code: number;
  readonly isValid: boolean;
  /** Seconds since the last look. */
  readonly lastCheckSeconds: number;
  /** How long reading the metadata took. */
  readonly delaySeconds: number;
  readonly version: number;
  /** Of its leases, once they are known. */
  readonly ioTimeoutSeconds?: number;
  /** Whether this host holds its host id on the domain; on a local domain always. */
  readonly isAcquired: boolean;
  /** Whether there was a look at all. */
  readonly isActual: boolean;
}

// ── Pools and the SPM role: StoragePool.* ────────────────────────────────────────────────────────────────────────

export interface StoragePools {
  /** Attaches the domains and makes one the master. Any host may, since there is no SPM yet. */
  create(pool: NewPool): Promise<void>;
  /** SPM only: gives all domains free and forgets the pool. */
  destroy(poolId: PoolId, epoch?: number): Promise<void>;
  /** Repeating with new statuses refreshes them. */
  connect(pool: PoolConnection): Promise<void>;
  /** Refused while this host is its SPM (656). A pool that is not connected is no error. */
  disconnect(poolId: PoolId): Promise<void>;
  getInfo(poolId: PoolId): Promise<PoolInfo>;
  /** Returns the id of the task that becomes SPM; poll `tasks.getStatus`, then `getSpmStatus`. */
  startSpm(poolId: PoolId, candidate?: SpmCandidate): Promise<TaskId>;
  /** Ends what runs for the pool: tasks that are not done in a moment are undone. Ends this process if that fails. */
  stopSpm(poolId: PoolId): Promise<void>;
  getSpmStatus(poolId: PoolId): Promise<SpmStatus>;
  /** Of the pools that this host is connected to, the one that a domain is in. */
  findPoolOf(domainId: StorageDomainId): PoolId | undefined;
  /** @throws StorageError 654 when this host is not the SPM of the pool, or not of that epoch; 309 */
  requireSpm(poolId: PoolId, epoch?: number): void;
  /** SPM only. Returns the id of the task that moves the role of the master, with the journal; the epoch is another one then. */
  switchMaster(poolId: PoolId, move: MasterSwitch): Promise<TaskId>;
  /** Any host that is not connected to the pool: makes a domain master in place of one that cannot be reached. */
  reconstructMaster(master: NewMaster): Promise<void>;
  /** SPM only. Domains of older versions are used as they are; refused (394) when that is not what is asked for. */
  upgrade(poolId: PoolId, version: number, epoch?: number): Promise<void>;
  /** The pools this host is connected to. */
  listConnected(): readonly PoolId[];
}

export interface NewPool {
  readonly poolId: PoolId;
  readonly name: string;
  readonly masterDomainId: StorageDomainId;
  readonly masterVersion: number;
  /** All domains, the master among them or not. */
  readonly domainIds: readonly StorageDomainId[];
  /** The clock of all leases of the pool: 10 (by default), 5 or 2. A dead host's leases are free after 8 of it and a minute. */
  readonly ioTimeoutSeconds?: number;
}

export interface PoolConnection {
  readonly poolId: PoolId;
  readonly hostNumber: number;
  readonly masterDomainId: StorageDomainId;
  readonly masterVersion: number;
  /** What the Manager knows of the pool's domains; without it the master alone, active. */
  readonly domains?: ReadonlyMap<StorageDomainId, "active" | "attached">;
}

export interface PoolInfo {
  readonly poolId: PoolId;
  readonly masterDomainId: StorageDomainId;
  readonly masterVersion: number;
  readonly type: StorageType;
  readonly version: number;
  readonly spm: SpmStatus;
  readonly domains: readonly PoolDomainInfo[];
}

export interface PoolDomainInfo {
  readonly domainId: StorageDomainId;
  readonly status: "active" | "attached";
  readonly version: number;
  readonly stats?: DomainStats;
}

export interface MasterSwitch extends SpmEpoch {
  readonly fromDomainId: StorageDomainId;
  readonly toDomainId: StorageDomainId;
  /** Higher than the present one. */
  readonly masterVersion: number;
}

export interface NewMaster {
  readonly poolId: PoolId;
  readonly hostNumber: number;
  readonly masterDomainId: StorageDomainId;
  /** Higher than that of any master before. */
  readonly masterVersion: number;
}

export interface SpmCandidate {
  /** The version that the Manager believes the lease to have had; only the log says when it is wrong. */
  readonly previousLeaseVersion?: number;
}

export interface SpmStatus {
  /** The role of this host. */
  readonly status: "Free" | "Contend" | "SPM";
  /** Version of the lease as the storage says it, which is the epoch; -1 when nobody has it. */
  readonly leaseVersion: number;
  /** Number of the host that holds it; -1 when nobody does, or the one who did is dead. */
  readonly hostNumber: number;
}

// ── Volumes: Volume.* ────────────────────────────────────────────────────────────────────────────────────────────

/**
 * For which pool the structure is to be changed, and in which epoch of its SPM the caller means it: in another one it is
 * refused (654). Without an epoch any will do.
 */
export type SpmOrder = PoolId | { readonly poolId: PoolId; readonly epoch?: number | undefined };

/** Names one volume. */
export interface VolumeKey {
  readonly domainId: StorageDomainId;
  readonly imageId: ImageId;
  readonly volumeId: VolumeId;
}

export interface StorageVolumes {
  /** SPM only. What is impossible is refused at once; the task says when the volume is there. */
  create(order: SpmOrder, volume: NewVolume): Promise<TaskId>;
  /** SPM only. Copies what a guest sees in `source`, with all volumes below it, into a new image: so templates are made. */
  copy(order: SpmOrder, copy: VolumeCopy): Promise<TaskId>;
  /** SPM only. From the leaf downwards; a volume with children that are not in the list is refused (204). */
  delete(order: SpmOrder, volumes: DeletedVolumes): Promise<TaskId>;
  /** SPM only. Never makes one smaller (232); one that is as large already is done. */
  extend(order: SpmOrder, extension: VolumeExtension): Promise<TaskId>;
  /** SPM only, before `jobs.merge`: makes the base as large as what is merged into it. */
  prepareMerge(order: SpmOrder, subchain: Subchain): Promise<TaskId>;
  /** SPM only, after it: puts what stands on the top on the base. The top is ILLEGAL from then on, and to be deleted. */
  finalizeMerge(order: SpmOrder, subchain: Subchain): Promise<TaskId>;
  /** Any host: how large the guest that has the volume open here was made to see it. */
  setCapacity(volume: VolumeKey, capacityBytes: number): Promise<void>;
  /** How many bytes a file with the volume's content would have. */
  measure(volume: VolumeKey, options: MeasureOptions): Promise<number>;
  getInfo(volume: VolumeKey): Promise<VolumeInfo>;
  getSize(volume: VolumeKey): Promise<VolumeSize>;
  setDescription(order: SpmOrder, volume: VolumeKey, description: string): Promise<void>;
  setLegality(order: SpmOrder, volume: VolumeKey, legality: "LEGAL" | "ILLEGAL"): Promise<void>;
  /** Rejects (484) when the content is not what the metadata says, or refers to files outside. */
  verify(volume: VolumeKey): Promise<void>;
  /** What `qemu-img info --output json` says. */
  getQemuImageInfo(volume: VolumeKey): Promise<Readonly<Record<string, unknown>>>;
}

export interface NewVolume extends VolumeKey {
  /** Rounded up to 4 KiB. */
  readonly capacityBytes: number;
  readonly format: "RAW" | "COW";
  readonly allocation: "SPARSE" | "PREALLOCATED";
  /** DATA, OVFS, MEMM, …; nothing depends on it. */
  readonly diskType: string;
  readonly description: string;
  /** What it stands on: a volume of the same image (a snapshot) or of a template. The new volume must then be COW. */
  readonly parent?: { readonly imageId: ImageId; readonly volumeId: VolumeId };
  /** False: nobody may start a guest on it until `setLegality`. By default legal. */
  readonly isLegal?: boolean;
  readonly sequence?: number;
}

export interface VolumeCopy {
  readonly source: VolumeKey;
  readonly target: VolumeKey;
  readonly format: "RAW" | "COW";
  readonly allocation: "SPARSE" | "PREALLOCATED";
  readonly description: string;
  /** SHARED: a template, on which others may stand. */
  readonly role: "LEAF" | "SHARED";
}

export interface VolumeExtension extends VolumeKey {
  /** Rounded up to 4 KiB. */
  readonly capacityBytes: number;
}

export interface MeasureOptions {
  readonly format: "RAW" | "COW";
  /** With what lies below it, which is the default, or what the volume itself has. */
  readonly chain?: "all" | "none";
  /** The volume directly below: what is measured are these two. */
  readonly baseId?: VolumeId;
}

export interface DeletedVolumes {
  readonly domainId: StorageDomainId;
  readonly imageId: ImageId;
  readonly volumeIds: readonly VolumeId[];
  /** Overwrite with zeroes first. */
  readonly wipes: boolean;
}

export interface VolumeInfo extends VolumeKey, VolumeSize {
  readonly parentId?: VolumeId;
  readonly childIds: readonly VolumeId[];
  readonly capacityBytes: number;
  readonly format: "RAW" | "COW";
  readonly allocation: "SPARSE" | "PREALLOCATED";
  readonly role: "LEAF" | "INTERNAL" | "SHARED";
  readonly legality: "LEGAL" | "ILLEGAL" | "FAKE";
  readonly status: "OK" | "ILLEGAL" | "INVALID";
  readonly diskType: string;
  readonly description: string;
  readonly createdSeconds: number;
  readonly generation: number;
  readonly sequence: number;
}

export interface VolumeSize {
  /** Length of the file. */
  readonly apparentBytes: number;
  /** What it takes on the disk. */
  readonly trueBytes: number;
}

// ── Images: Image.*, and the streams of port 54321 ───────────────────────────────────────────────────────────────

export interface StorageImages {
  /** SPM only. All volumes of the image; those of its template stay where they belong. */
  delete(order: SpmOrder, image: DeletedImage): Promise<TaskId>;
  /** Makes the chain below `volumeId` ready on this host and says what to put into the domain XML. Repeating is harmless. */
  prepare(volume: VolumeKey, options?: PrepareOptions): Promise<PreparedImage>;
  /** Repeating, or an image that was never prepared, is no error. */
  teardown(domainId: StorageDomainId, imageId: ImageId): Promise<void>;
  /** What is prepared on this host, also by the process before this one: tear down what no VM uses. */
  listPrepared(): Promise<readonly { readonly domainId: StorageDomainId; readonly imageId: ImageId }[]>;
  /**
   * Writes a body of exactly `lengthBytes` as the content of a leaf that nobody uses. The volume is ILLEGAL from the
   * first byte until all are on the disk. Resolves, with a finished task, when they are; rejects when they are not.
   */
  upload(volume: VolumeKey, body: Readable, options: UploadOptions): Promise<TaskId>;
  /** The first `lengthBytes` of the volume's file, or all. */
  download(volume: VolumeKey, options?: DownloadOptions): Promise<Download>;
}

export interface DeletedImage {
  readonly domainId: StorageDomainId;
  readonly imageId: ImageId;
  readonly wipes: boolean;
}

export interface PrepareOptions {
  readonly allowsIllegal?: boolean;
  /** Refused for a template's volume, and for one on which others stand. */
  readonly isToBeWritten?: boolean;
}

export interface PreparedImage {
  /** The leaf's file, for `<source file=…>`. */
  readonly path: string;
  readonly kind: "file" | "block";
  readonly format: "RAW" | "COW";
  /** From the base up to the leaf. */
  readonly chain: readonly PreparedVolume[];
}

export interface PreparedVolume extends VolumeKey {
  readonly path: string;
  readonly format: "RAW" | "COW";
}

export interface UploadOptions {
  readonly lengthBytes: number;
  readonly signal?: AbortSignal;
}

export interface DownloadOptions {
  readonly lengthBytes?: number;
  readonly signal?: AbortSignal;
}

export interface Download {
  readonly taskId: TaskId;
  readonly lengthBytes: number;
  readonly body: Readable;
}

// ── Jobs: SDM.*, Host.getJobs ────────────────────────────────────────────────────────────────────────────────────

/** Work on single volumes that any host may do, under their leases. Each call begins a job (69 for an id that is known). */
export interface StorageJobs {
  copyData(jobId: JobId, copy: DataCopy): void;
  updateVolume(jobId: JobId, volume: VolumeVersion, attributes: VolumeAttributes): void;
  amendVolume(jobId: JobId, volume: VolumeVersion, compat: "0.10" | "1.1"): void;
  sparsifyVolume(jobId: JobId, volume: VolumeVersion): void;
  /** Writes what the top has into the base; between `volumes.prepareMerge` and `finalizeMerge`. */
  merge(jobId: JobId, subchain: Subchain): void;
  list(filter?: { readonly type?: string; readonly jobIds?: readonly string[] }): readonly JobInfo[];
  /** Resolves when the job has ended; rejects with 66 or 84. */
  abort(jobId: JobId): Promise<void>;
  /** Calls the listener at every change of a status; returns how to end that. */
  onChange(listener: (job: JobInfo) => void): () => void;
}

/** A volume at a generation: at another one nothing is done (911). Without a generation any will do. */
export interface VolumeVersion extends VolumeKey {
  readonly generation?: number | undefined;
}

export interface DataCopy {
  readonly source: VolumeKey;
  readonly destination: VolumeVersion;
}

export interface VolumeAttributes {
  readonly legality?: "LEGAL" | "ILLEGAL";
  readonly description?: string;
  /** By default the next one. */
  readonly generation?: number;
  /** Only SHARED, of a leaf that stands on nothing: it becomes a template. */
  readonly role?: "LEAF" | "INTERNAL" | "SHARED";
}

/** Two volumes of an image, one directly on the other. */
export interface Subchain {
  readonly domainId: StorageDomainId;
  readonly imageId: ImageId;
  readonly baseId: VolumeId;
  readonly topId: VolumeId;
  readonly baseGeneration?: number | undefined;
}

export type JobStatus = "pending" | "running" | "done" | "aborting" | "aborted" | "failed";

export interface JobInfo {
  readonly jobId: JobId;
  readonly type: string;
  readonly description: string;
  readonly status: JobStatus;
  /** From 0 to 100, where it is known. */
  readonly progress?: number;
  readonly error?: { readonly code: number; readonly message: string };
}

// ── External leases: Lease.* ─────────────────────────────────────────────────────────────────────────────────────

/** The leases of guests, and of others outside the storage. Local domains have none, nor have those before V4. */
export interface StorageExternalLeases {
  /** SPM only. One that is there is left as it is. */
  create(order: SpmOrder, lease: ExternalLeaseKey): Promise<TaskId>;
  /** SPM only. Refused while a host that may be alive holds it (651). */
  delete(order: SpmOrder, lease: ExternalLeaseKey): Promise<TaskId>;
  /** SPM only. Makes the index and the leases agree. */
  rebuild(order: SpmOrder, domainId: StorageDomainId): Promise<TaskId>;
  /** Where the lease lies; rejects with 936 when there is none. */
  getPlace(lease: ExternalLeaseKey): Promise<{ readonly path: string; readonly offsetBytes: number }>;
  getStatus(lease: ExternalLeaseKey): Promise<ExternalLeaseStatus>;
}

/** Of a guest, for example, the id of the guest. */
export type ExternalLeaseId = Id<"external-lease">;

export interface ExternalLeaseKey {
  readonly domainId: StorageDomainId;
  readonly leaseId: ExternalLeaseId;
}

export interface ExternalLeaseStatus {
  /** The hosts that hold it and are not known to be dead. */
  readonly hostNumbers: readonly number[];
  readonly version: number;
}

// ── Tasks: Task.*, Host.getAllTasks* ─────────────────────────────────────────────────────────────────────────────

export interface StorageTasks {
  /** Rejects with 401 for a task that is not known here. */
  getStatus(taskId: TaskId): TaskStatus;
  getInfo(taskId: TaskId): TaskInfo;
  /** Forgets a finished task; 403 while it runs. */
  clear(taskId: TaskId): Promise<void>;
  /** Ends a running task and undoes what it did; resolves when that is done. A finished one is left alone. */
  stop(taskId: TaskId): Promise<void>;
  /** The same for a running task; a finished one cannot be undone (410). */
  revert(taskId: TaskId): Promise<void>;
  listStatuses(): readonly TaskStatus[];
  listInfo(): readonly TaskInfo[];
}

export interface TaskStatus {
  readonly taskId: TaskId;
  readonly state: "running" | "aborting" | "finished";
  /** Once finished. cleanSuccess: it failed and left nothing behind; cleanFailure: something may be left. */
  readonly result?: "success" | "cleanSuccess" | "cleanFailure";
  /** 0, or why it failed. */
  readonly code: number;
  readonly message: string;
}

export interface TaskInfo {
  readonly taskId: TaskId;
  readonly verb: string;
}
