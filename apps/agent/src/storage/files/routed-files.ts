import { StorageError } from "../errors.ts";
import { tellTrouble } from "./file-trouble.ts";
import type { StorageFiles } from "./storage-files.ts";

export interface FileRoutes {
  /** The files of the mount that a path is on; `undefined` when it is on this host's own disks. */
  findMount(path: string): StorageFiles | undefined;
  /** Whether the path lies in a place for a mount with nothing mounted. */
  isBarePlace(path: string): Promise<boolean>;
}

/**
 * Sends each operation to where its path is: to the child of a mount, or to `local`, in this process. What is meant for
 * storage that is not mounted is refused, and never lands on this host's disk. Trouble with storage is told as a `StorageError`.
 */
export function routedFiles(local: StorageFiles, routes: FileRoutes): StorageFiles {
  const reading = (path: string): StorageFiles => routes.findMount(path) ?? local;

  async function changing(path: string, other = path): Promise<StorageFiles> {
    const files = routes.findMount(path);
    if (files !== routes.findMount(other)) {
      throw new StorageError("StorageDomainAccessError", `${path} and ${other} are on different storage`);
    }
    if (files !== undefined) return files;
    for (const one of [path, other]) {
      if (await routes.isBarePlace(one)) {
        throw new StorageError("StorageDomainAccessError", `cannot write ${one}: its storage is not connected`);
      }
    }
    return local;
  }

  return tellTrouble({
    findText: (path, bytesMax) => reading(path).findText(path, bytesMax),
    findBytes: (path, offsetBytes, lengthBytes) => reading(path).findBytes(path, offsetBytes, lengthBytes),
    list: (path) => reading(path).list(path),
    find: (path) => reading(path).find(path),
    findLinkTarget: (path) => reading(path).findLinkTarget(path),
    space: (path) => reading(path).space(path),
    makeDirectory: async (path) => (await changing(path)).makeDirectory(path),
    createSparse: async (path, sizeBytes) => (await changing(path)).createSparse(path, sizeBytes),
    writeText: async (path, text) => (await changing(path)).writeText(path, text),
    writeBytes: async (path, offset, bytes) => (await changing(path)).writeBytes(path, offset, bytes),
    rename: async (from, to) => (await changing(from, to)).rename(from, to),
    remove: async (path) => (await changing(path)).remove(path),
    hardLink: async (existing, path) => (await changing(existing, path)).hardLink(existing, path),
    symbolicLink: async (target, path) => (await changing(path)).symbolicLink(target, path),
    adopt: async (path, mode) => (await changing(path)).adopt(path, mode),
    wipe: async (path, signal, onProgress) => (await changing(path)).wipe(path, signal, onProgress),
  });
}
