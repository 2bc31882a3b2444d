/**
 * The closed list of what the agent needs root for. The far side checks every argument again, as if it came from
 * a stranger; today it lives in this process, later in one of its own.
 */
export interface RootCalls {
  /** Gives one file or directory of a storage domain the owner and mode that oVirt wants. Never follows a link. */
  ownStorageFile(path: string, mode: StorageFileMode): Promise<void>;
}

/** Volumes and special files; metadata that others may read; directories, which QEMU's user must be able to pass. */
export const storageFileModes = { volume: 0o660, metadata: 0o644, directory: 0o755 } as const;
export type StorageFileMode = keyof typeof storageFileModes;
