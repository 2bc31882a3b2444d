/**
 * The closed list of what the agent needs root for. The far side checks every argument again, as if it came from
 * a stranger; today it lives in this process, later in one of its own.
 */
export interface RootCalls {
  /** Gives one file or directory of a storage domain the owner and mode that oVirt wants. Never follows a link. */
  ownStorageFile(path: string, mode: StorageFileMode): Promise<void>;
  /**
   * Mounts storage. The far side adds `nosuid,nodev,noexec`: what lies on shared storage is data.
   * @throws CannotMount, RefusedRootCall; after a deadline nothing is under way any more
   */
  mount(request: MountRequest): Promise<void>;
  /**
   * Ends a mount of ours. Nothing mounted is no error.
   * @throws CannotUnmount, RefusedRootCall
   */
  unmount(target: string, options?: UnmountOptions): Promise<void>;
}

export interface MountRequest {
  /** What `mount` takes: `server:/export`, a device, a directory. */
  readonly source: string;
  /** A directory directly below the repository's `mnt`. */
  readonly target: string;
  /** A type of file system: nfs, nfs4, or what POSIX storage is made of. */
  readonly type: string;
  readonly options: readonly string[];
}

export interface UnmountOptions {
  /** Takes it away from whoever uses it, and from a server that does not answer: open files end in errors. */
  readonly isForced?: boolean;
}

/** vdsm:kvm, on every host of every oVirt: shared storage knows owners by number. */
export const STORAGE_OWNER = 36;

/** Volumes and special files; metadata that others may read; directories, which QEMU's user must be able to pass. */
export const storageFileModes = { volume: 0o660, metadata: 0o644, directory: 0o755 } as const;
export type StorageFileMode = keyof typeof storageFileModes;
