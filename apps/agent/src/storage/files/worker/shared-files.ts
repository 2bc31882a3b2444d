// Files that other hosts read and write too: on NFS, or any POSIX file system that several hosts mount.
//
// What we rely on:
// - Bytes are read and written with O_DIRECT, so that no cache of this host answers for the storage, and nothing is left
//   in one that could reach the storage after this process was killed. Where a file system refuses (EINVAL: text is not as
//   long as a block, or it has no direct I/O), a write is followed by fsync before anybody can see the file by its name.
// - Names are another matter: a client keeps them, and that a name is *not* there, for up to a minute (acdirmax). Opening a
//   directory asks the server whether it changed (close-to-open holds for directories), and what was kept of a changed one
//   is dropped. So before a name is used, all directories from the mount down to it are opened.
// - A file is never written over: what takes its place is a new one, renamed. Pages that a dead host's kernel writes later
//   belong to a file that has no name any more.
// - We are 36:36. Files are born with that owner, and only their mode is set: `root_squash` takes nothing away.
import { constants } from "node:fs";
import { chmod, type FileHandle, link, lstat, open, rename, unlink } from "node:fs/promises";
import { type StorageFileMode, storageFileModes } from "../../../root/root-calls.ts";
import { errnoOf } from "../errno.ts";
import { openStorageFiles, type StorageFiles, syncDirectory } from "../storage-files.ts";
import { AlignedMemory, SLOT_BYTES } from "./aligned-memory.ts";

const { O_RDONLY, O_RDWR, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_DIRECT, O_DIRECTORY } = constants;
const BLOCK_BYTES = 4096;
/** At least as many as threads that can be at work. */
const SLOTS = 32;

/** @param mountPath what these files are on; all paths lie below */
export function openSharedFiles(mountPath: string): StorageFiles {
  const memory = new AlignedMemory(SLOTS);
  const plain = openStorageFiles({ ownStorageFile: setMode });
  const below = (path: string): Promise<void> => freshen(mountPath, path);

  return {
    findText: async (path, bytesMax) => (await read(path, 0, bytesMax))?.toString("utf8"),
    findBytes: read,

    async list(path) {
      await below(path);
      return plain.list(path);
    },

    async find(path) {
      await below(path);
      return plain.find(path);
    },

    async findLinkTarget(path) {
      await below(path);
      return plain.findLinkTarget(path);
    },

    space: (path) => plain.space(path),

    async makeDirectory(path) {
      await below(path);
      await plain.makeDirectory(path);
    },

    async createSparse(path, sizeBytes) {
      await below(path);
      await plain.createSparse(path, sizeBytes);
    },

    async writeText(path, text) {
      await below(path);
      await ignoreMissing(unlink(path));
      const mode = storageFileModes.metadata;
      const bytes = Buffer.from(text, "utf8");
      const isWritten = await writeDirect(path, bytes, mode);
      if (!isWritten) await writeThrough(path, bytes, mode);
      // The umask took something away.
      await chmod(path, mode);
      await syncDirectory(parentOf(path));
    },

    async writeBytes(path, offsetBytes, bytes) {
      await below(path);
      await memory.use((slot) => overwrite(path, offsetBytes, bytes, slot));
    },

    async rename(from, to) {
      await below(from);
      await below(to);
      const { ino } = await lstat(from);
      // A request that is sent again, because its reply was lost, may find that it has been done.
      await rename(from, to).catch(unlessDone("ENOENT", to, ino));
      await syncDirectory(parentOf(to));
    },

    async remove(path) {
      await below(path);
      await plain.remove(path);
    },

    async hardLink(existing, path) {
      await below(existing);
      await below(path);
      const { ino } = await lstat(existing);
      await link(existing, path).catch(unlessDone("EEXIST", path, ino));
      await syncDirectory(parentOf(path));
    },

    async symbolicLink(target, path) {
      await below(path);
      await plain.symbolicLink(target, path);
    },

    async adopt(path, mode) {
      await below(path);
      await plain.adopt(path, mode);
    },

    async wipe(path, signal, onProgress) {
      await below(path);
      await memory.use((slot) => wipe(path, slot.fill(0), signal, onProgress));
    },
  };

  async function read(path: string, offsetBytes: number, lengthBytes: number): Promise<Buffer | undefined> {
    await below(path);
    const file = await openDirect(path, O_RDONLY);
    if (file === undefined) return undefined;
    try {
      return await memory.use((slot) => readRange(file, offsetBytes, lengthBytes, slot));
    } finally {
      await file.close();
    }
  }

  async function writeDirect(path: string, bytes: Buffer, mode: number): Promise<boolean> {
    if (bytes.length > SLOT_BYTES) return false;
    return memory.use(async (slot) => {
      slot.set(bytes);
      let file: FileHandle | undefined;
      try {
        file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_DIRECT, mode);
        const { bytesWritten } = await file.write(slot, 0, bytes.length, 0);
        if (bytesWritten !== bytes.length) throw new Error(`only ${bytesWritten} bytes of ${path} could be written`);
        await file.sync();
        return true;
      } catch (error) {
        if (errnoOf(error) !== "EINVAL") throw error;
        await ignoreMissing(unlink(path));
        return false;
      } finally {
        await file?.close();
      }
    });
  }
}

async function writeThrough(path: string, bytes: Buffer, mode: number): Promise<void> {
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Has the client ask the server about every directory on the way. One that is missing is for the call itself to find. */
async function freshen(mountPath: string, path: string): Promise<void> {
  const names = path
    .slice(mountPath.length)
    .split("/")
    .filter((name) => name !== "");
  let directory = mountPath;
  for (const name of names) {
    try {
      await (await open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)).close();
    } catch (error) {
      if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return;
      throw error;
    }
    directory = `${directory}/${name}`;
  }
}

async function openDirect(path: string, flags: number): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags | O_NOFOLLOW | O_DIRECT);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    // No direct I/O here. Such a file system is no network's, or keeps its hosts in step itself.
    if (errnoOf(error) === "EINVAL") return open(path, flags | O_NOFOLLOW);
    throw error;
  }
}

/** Shorter where the file ends. Direct I/O wants whole blocks: what lies around the range is read too, and left out. */
async function readRange(file: FileHandle, from: number, lengthBytes: number, slot: Uint8Array): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const end = from + lengthBytes;
  for (let at = from - (from % BLOCK_BYTES); at < end; at += SLOT_BYTES) {
    const { bytesRead } = await file.read(slot, 0, SLOT_BYTES, at);
    // A copy: the slot is somebody else's afterwards.
    pieces.push(Buffer.from(slot.subarray(Math.max(0, from - at), Math.min(bytesRead, end - at))));
    if (bytesRead < SLOT_BYTES) break;
  }
  return Buffer.concat(pieces);
}

async function overwrite(path: string, offsetBytes: number, bytes: Uint8Array, slot: Uint8Array): Promise<void> {
  const file = await openDirect(path, O_RDWR);
  if (file === undefined) throw missing(path);
  try {
    for (let done = 0; done < bytes.length; done += SLOT_BYTES) {
      const piece = bytes.subarray(done, done + SLOT_BYTES);
      slot.set(piece);
      await writePiece(file, path, slot.subarray(0, piece.length), offsetBytes + done);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Past the cache if it is of whole blocks or the file system does not mind, else through it and on. */
async function writePiece(file: FileHandle, path: string, piece: Uint8Array, at: number): Promise<void> {
  try {
    const { bytesWritten } = await file.write(piece, 0, piece.length, at);
    if (bytesWritten !== piece.length) throw new Error(`only ${bytesWritten} bytes of ${path} could be written`);
  } catch (error) {
    if (errnoOf(error) !== "EINVAL") throw error;
    const buffered = await open(path, O_RDWR | O_NOFOLLOW);
    try {
      await buffered.write(piece, 0, piece.length, at);
      await buffered.sync();
    } finally {
      await buffered.close();
    }
  }
}

async function wipe(
  path: string,
  zeroes: Uint8Array,
  signal: AbortSignal,
  onProgress: (() => void) | undefined,
): Promise<void> {
  const file = await openDirect(path, O_RDWR);
  if (file === undefined) throw missing(path);
  try {
    const { size } = await file.stat();
    for (let at = 0; at < size; at += zeroes.length) {
      signal.throwIfAborted();
      await writePiece(file, path, zeroes.subarray(0, Math.min(zeroes.length, size - at)), at);
      onProgress?.();
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

function missing(path: string): Error {
  return Object.assign(new Error(`there is no ${path}`), { code: "ENOENT" });
}

/** The owner is right from the beginning. */
async function setMode(path: string, mode: StorageFileMode): Promise<void> {
  const file = await open(path, O_RDONLY | O_NOFOLLOW);
  try {
    await file.chmod(storageFileModes[mode]);
  } finally {
    await file.close();
  }
}

function unlessDone(code: string, path: string, inode: number): (error: unknown) => Promise<void> {
  return async (error) => {
    if (errnoOf(error) !== code) throw error;
    const found = await lstat(path).catch(() => undefined);
    if (found?.ino !== inode) throw error;
  };
}

async function ignoreMissing(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (errnoOf(error) !== "ENOENT") throw error;
  });
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
