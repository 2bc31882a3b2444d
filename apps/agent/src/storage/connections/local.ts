import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { isAbsolute, normalize } from "node:path";
import { KeyedQueue } from "@yagura/std/keyed-queue.ts";
import { connectionPath } from "@yagura/storage-format";
import type { StorageConnection } from "../contract/connections.ts";
import { StorageError, type StorageErrorKind } from "../errors.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import type { ConnectionKind } from "./connection-kind.ts";
import type { MountSource } from "./mount-source.ts";

/** A directory of this host. Connecting makes a link to it under `mnt`, where other kinds have their mount. */
export function localConnections({
  repositoryPath,
  files,
}: {
  repositoryPath: string;
  files: StorageFiles;
}): ConnectionKind {
  const queue = new KeyedQueue<string>();
  return {
    async connect({ path }) {
      await checkLocalPath(files, path);
      const link = connectionPath(repositoryPath, path);
      await queue.run(link, async () => {
        if ((await files.findLinkTarget(link)) !== path) await files.symbolicLink(path, link);
      });
    },

    async disconnect({ path }: StorageConnection) {
      const link = connectionPath(repositoryPath, requirePlainPath(path));
      await queue.run(link, () => files.remove(link));
    },
  };
}

/** The same directory, to be mounted at its place. @throws StorageError 390 */
export function boundSource({ path }: StorageConnection): MountSource {
  return { source: requirePlainPath(path), type: "none", options: ["bind"] };
}

async function checkLocalPath(files: StorageFiles, path: string): Promise<void> {
  requirePlainPath(path);
  const kind = (await files.find(path))?.kind;
  // vdsm fd4b0df lib/vdsm/storage/exception.py: StorageServerLocalNotDirError has the same number.
  if (kind === undefined)
    throw refused("StorageServerValidationError", path, "there is no such directory on this host");
  if (kind !== "directory")
    throw refused("StorageServerAccessPermissionError", path, "it is not a directory of this host");
  try {
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw refused("StorageServerAccessPermissionError", path, "the agent has no permission to use it", { cause });
  }
}

function refused(kind: StorageErrorKind, path: string, because: string, options?: ErrorOptions): StorageError {
  return new StorageError(kind, `cannot connect ${path}: ${because}`, options);
}

/** @throws StorageError 390 */
export function requirePlainPath(path: string): string {
  // The path becomes the target of a link and, transformed, one file name of at most 255 bytes.
  const isPlain = isAbsolute(path) && normalize(path) === path && path !== "/" && !/\p{Cc}/u.test(path);
  if (!isPlain || path.endsWith("/") || Buffer.byteLength(path) > 120) {
    throw new StorageError(
      "StorageDomainIllegalRemotePath",
      `not a plain absolute path: ${JSON.stringify(path.slice(0, 200))}`,
    );
  }
  return path;
}
