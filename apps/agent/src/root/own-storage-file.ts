import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { isAbsolute, normalize } from "node:path";
import { RefusedRootCall } from "./refused-root-call.ts";
import { STORAGE_OWNER, type StorageFileMode, storageFileModes } from "./root-calls.ts";

/**
 * Sets the mode, and, if this process may, the owner 36:36. Who is not root leaves the owner: such a host has local
 * storage only, and its guests run as the same user.
 */
export async function ownStorageFile(path: string, mode: StorageFileMode, isRoot: boolean): Promise<void> {
  if (!isAbsolute(path) || normalize(path) !== path || path.includes("\0")) {
    throw new RefusedRootCall(`not a plain absolute path: ${JSON.stringify(path)}`);
  }
  // By descriptor: between a check of the path and a change by path somebody could put a link there.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    await checkKind(file, path, mode);
    if (isRoot) await file.chown(STORAGE_OWNER, STORAGE_OWNER);
    await file.chmod(storageFileModes[mode]);
  } finally {
    await file.close();
  }
}

async function checkKind(file: FileHandle, path: string, mode: StorageFileMode): Promise<void> {
  const found = await file.stat();
  const isAsSaid = mode === "directory" ? found.isDirectory() : found.isFile();
  if (!isAsSaid) throw new RefusedRootCall(`${path} is not a ${mode === "directory" ? "directory" : "file"}`);
}
