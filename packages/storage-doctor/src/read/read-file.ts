import { constants, type Stats } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import type { FileFacts, Found, NamedFile } from "../snapshot.ts";

/** More names than this in one directory are not looked at: no domain has so many. */
const NAMES_MAX = 100_000;
const STAT_BLOCK_BYTES = 512;

/** Never follows a link; `undefined` when nothing is there. */
export async function findFile(path: string): Promise<FileFacts | undefined> {
  const found = await absentIfMissing(lstat(path));
  return found && factsOf(found);
}

/** All names in a directory with what they are; none when there is no such directory. */
export async function listFiles(path: string): Promise<NamedFile[]> {
  const names = (await absentIfMissing(readdir(path))) ?? [];
  const files: NamedFile[] = [];
  for (const name of names.sort().slice(0, NAMES_MAX)) {
    const facts = await findFile(`${path}/${name}`);
    // Gone since: somebody works on the domain.
    if (facts !== undefined) files.push({ name, ...facts });
  }
  return files;
}

/** Bytes of a file from `offset` on, fewer where it ends; `undefined` when there is no such file. */
export async function readBytes(path: string, offset: number, lengthMax: number): Promise<Buffer | undefined> {
  // Opened anew each time: so NFS looks whether another host has written.
  const file = await absentIfMissing(open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
  if (file === undefined) return undefined;
  try {
    const buffer = Buffer.alloc(lengthMax);
    let length = 0;
    while (length < lengthMax) {
      const { bytesRead } = await file.read(buffer, length, lengthMax - length, offset + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await file.close();
  }
}

/** Reads a file and has it decoded: what the decoder throws, or the file system, is kept as words. */
export async function readFound<T>(
  read: () => Promise<Uint8Array | undefined>,
  decode: (bytes: Uint8Array) => T | undefined,
): Promise<Found<T>> {
  try {
    const bytes = await read();
    const value = bytes === undefined ? undefined : decode(bytes);
    return value === undefined ? { is: "missing" } : { is: "there", value };
  } catch (cause) {
    return { is: "broken", why: cause instanceof Error ? cause.message : String(cause) };
  }
}

function factsOf(found: Stats): FileFacts {
  return {
    kind: found.isFile() ? "file" : found.isDirectory() ? "directory" : found.isSymbolicLink() ? "link" : "other",
    sizeBytes: found.size,
    allocatedBytes: found.blocks * STAT_BLOCK_BYTES,
    uid: found.uid,
    gid: found.gid,
    mode: found.mode & 0o777,
    inode: `${found.dev}:${found.ino}`,
  };
}

async function absentIfMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR")) {
      return undefined;
    }
    throw cause;
  }
}
