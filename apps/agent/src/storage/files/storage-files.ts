import { constants } from "node:fs";
import {
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  rename,
  rm,
  statfs,
  symlink,
  unlink,
} from "node:fs/promises";
import { dirname } from "node:path";
import type { RootCalls, StorageFileMode } from "../../root/root-calls.ts";
import { errnoOf } from "./errno.ts";

/**
 * Everything that storage does to file systems: few calls, each either done or not. Tests put themselves in between and
 * let the process die after any of them. When an effect resolves, it survives the loss of power.
 */
export interface StorageFiles extends StorageEffects {
  /** At most `bytesMax` bytes, as UTF-8; `undefined` when there is no such file. */
  findText(path: string, bytesMax: number): Promise<string | undefined>;
  /** A part of a file, shorter where the file ends; `undefined` when there is no such file. */
  findBytes(path: string, offsetBytes: number, lengthBytes: number): Promise<Uint8Array | undefined>;
  /** Names in a directory; none when there is no such directory. */
  list(path: string): Promise<readonly string[]>;
  /** Never follows a link; `undefined` when nothing is there. */
  find(path: string): Promise<FoundFile | undefined>;
  /** Where a symbolic link leads; `undefined` when there is none. */
  findLinkTarget(path: string): Promise<string | undefined>;
  space(path: string): Promise<{ readonly totalBytes: number; readonly freeBytes: number }>;
}

export interface StorageEffects {
  /** With parents; one that is there is left alone. */
  makeDirectory(path: string): Promise<void>;
  /** A file of zeroes without blocks. Fails when it is there. */
  createSparse(path: string, sizeBytes: number): Promise<void>;
  /** Replaces what is there. */
  writeText(path: string, text: string): Promise<void>;
  /** Overwrites a part of a file that is there; what lies between its end and the part becomes zeroes. */
  writeBytes(path: string, offsetBytes: number, bytes: Uint8Array): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Everything below; nothing there is no error. */
  remove(path: string): Promise<void>;
  hardLink(existing: string, path: string): Promise<void>;
  symbolicLink(target: string, path: string): Promise<void>;
  /** Gives what a program made its owner and mode, and has it reach the disk. */
  adopt(path: string, mode: StorageFileMode): Promise<void>;
  /** Overwrites the whole file with zeroes. */
  wipe(path: string, signal: AbortSignal, onProgress?: () => void): Promise<void>;
}

export interface FoundFile {
  readonly kind: "file" | "directory" | "link" | "other";
  readonly sizeBytes: number;
  readonly allocatedBytes: number;
  /** How many names the file has. */
  readonly names: number;
}

const STAT_BLOCK_BYTES = 512;
const WIPE_CHUNK_BYTES = 1024 * 1024;

/** Files of this host's own, in this process. */
export function openStorageFiles(root: Pick<RootCalls, "ownStorageFile">): StorageFiles {
  return {
    async findText(path, bytesMax) {
      const file = await absentIfMissing(open(path, constants.O_RDONLY | constants.O_NOFOLLOW));
      if (file === undefined) return undefined;
      try {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(bytesMax), 0, bytesMax, 0);
        return buffer.toString("utf8", 0, bytesRead);
      } finally {
        await file.close();
      }
    },

    async findBytes(path, offsetBytes, lengthBytes) {
      const file = await absentIfMissing(open(path, constants.O_RDONLY | constants.O_NOFOLLOW));
      if (file === undefined) return undefined;
      try {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(lengthBytes), 0, lengthBytes, offsetBytes);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },

    async list(path) {
      return (await absentIfMissing(readdir(path))) ?? [];
    },

    async find(path) {
      const found = await absentIfMissing(lstat(path));
      if (found === undefined) return undefined;
      return {
        kind: found.isFile() ? "file" : found.isDirectory() ? "directory" : found.isSymbolicLink() ? "link" : "other",
        sizeBytes: found.size,
        allocatedBytes: found.blocks * STAT_BLOCK_BYTES,
        names: found.nlink,
      };
    },

    async findLinkTarget(path) {
      return absentIfMissing(readlink(path), "EINVAL");
    },

    async space(path) {
      const { bsize, blocks, bavail } = await statfs(path);
      return { totalBytes: bsize * blocks, freeBytes: bsize * bavail };
    },

    async makeDirectory(path) {
      const first = await mkdir(path, { recursive: true });
      if (first === undefined) return;
      for (let made = path; made.length >= first.length; made = dirname(made))
        await root.ownStorageFile(made, "directory");
      await syncDirectory(dirname(first));
    },

    async createSparse(path, sizeBytes) {
      await withFile(path, "wx", async (file) => {
        await file.truncate(sizeBytes);
        await file.sync();
      });
      await root.ownStorageFile(path, "volume");
      await syncDirectory(dirname(path));
    },

    async writeText(path, text) {
      await withFile(
        path,
        constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW,
        async (file) => {
          await file.writeFile(text);
          await file.sync();
        },
      );
      await root.ownStorageFile(path, "metadata");
    },

    async writeBytes(path, offsetBytes, bytes) {
      await withFile(path, constants.O_RDWR | constants.O_NOFOLLOW, async (file) => {
        let written = 0;
        while (written < bytes.length) {
          const { bytesWritten } = await file.write(bytes, written, bytes.length - written, offsetBytes + written);
          written += bytesWritten;
        }
        await file.sync();
      });
    },

    async rename(from, to) {
      await rename(from, to);
      await syncDirectory(dirname(to));
    },

    async remove(path) {
      await rm(path, { recursive: true, force: true });
      await absentIfMissing(syncDirectory(dirname(path)));
    },

    async hardLink(existing, path) {
      await link(existing, path);
      await syncDirectory(dirname(path));
    },

    async symbolicLink(target, path) {
      // A link cannot be replaced in one step but by renaming another over it.
      const temporary = `${path}.new`;
      await absentIfMissing(unlink(temporary));
      await symlink(target, temporary);
      await rename(temporary, path);
    },

    async adopt(path, mode) {
      await root.ownStorageFile(path, mode);
      await withFile(path, constants.O_RDWR | constants.O_NOFOLLOW, (file) => file.sync());
      await syncDirectory(dirname(path));
    },

    async wipe(path, signal, onProgress) {
      await withFile(path, constants.O_RDWR | constants.O_NOFOLLOW, async (file) => {
        const zeroes = Buffer.alloc(WIPE_CHUNK_BYTES);
        const { size } = await file.stat();
        for (let at = 0; at < size; at += zeroes.length) {
          signal.throwIfAborted();
          await file.write(zeroes, 0, Math.min(zeroes.length, size - at), at);
          onProgress?.();
        }
        await file.sync();
      });
    },
  };
}

/** Metadata is never half old and half new: it is written beside, and put in place by renaming. */
export async function replaceText(files: StorageEffects, path: string, text: string): Promise<void> {
  await files.writeText(`${path}.new`, text);
  await files.rename(`${path}.new`, path);
}

async function withFile(path: string, flags: string | number, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

/** A new or changed name is on the disk only when its directory is. */
export async function syncDirectory(path: string): Promise<void> {
  await withFile(path, "r", (directory) => directory.sync());
}

async function absentIfMissing<T>(work: Promise<T>, ...also: readonly string[]): Promise<T | undefined> {
  try {
    return await work;
  } catch (cause) {
    if (["ENOENT", "ENOTDIR", ...also].includes(errnoOf(cause) ?? "")) return undefined;
    throw cause;
  }
}
