// Images: Image.*, and the streams of port 54321.
import type { Readable } from "node:stream";
import type { ImageId, StorageDomainId, TaskId } from "@yagura/std/ids.ts";
import type { SpmOrder } from "./spm-order.ts";
import type { VolumeKey } from "./volumes.ts";

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
