// Jobs: SDM.*, Host.getJobs.
import type { JobId } from "@yagura/std/ids.ts";
import type { Subchain, VolumeKey } from "./volumes.ts";

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
