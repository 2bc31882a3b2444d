import { StorageError } from "../errors.ts";
import type { StorageFiles } from "./storage-files.ts";

/** The files of a mount that is gone, and to come back: every operation is refused at once. */
export function absentFiles(target: string): StorageFiles {
  const refuse = async (): Promise<never> => {
    throw new StorageError(
      "StorageDomainAccessError",
      `the storage of ${target} is not mounted on this host at present`,
    );
  };
  return {
    findText: refuse,
    findBytes: refuse,
    list: refuse,
    find: refuse,
    findLinkTarget: refuse,
    space: refuse,
    makeDirectory: refuse,
    createSparse: refuse,
    writeText: refuse,
    writeBytes: refuse,
    rename: refuse,
    remove: refuse,
    hardLink: refuse,
    symbolicLink: refuse,
    adopt: refuse,
    wipe: refuse,
  };
}
