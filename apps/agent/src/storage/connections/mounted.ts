import { connectionPath } from "@yagura/storage-format";
import type { MountRequest } from "../../root/root-calls.ts";
import type { StorageConnection } from "../contract/connections.ts";
import { StorageError } from "../errors.ts";
import type { ConnectionKind } from "./connection-kind.ts";
import type { MountSource } from "./mount-source.ts";
import type { MountedStorage } from "./mounted-storage.ts";

/** Of one file. */
const NAME_BYTES_MAX = 255;

/** NFS and POSIX, which differ only in what is mounted and how. */
export function mountedConnections(
  repositoryPath: string,
  storage: MountedStorage,
  sourceOf: (connection: StorageConnection) => MountSource,
): ConnectionKind {
  const requestOf = (connection: StorageConnection): MountRequest => {
    const source = sourceOf(connection);
    return { ...source, target: targetOf(repositoryPath, source.source) };
  };
  return {
    connect: async (connection) => storage.connect(requestOf(connection)),
    disconnect: async (connection) => storage.disconnect(requestOf(connection)),
  };
}

function targetOf(repositoryPath: string, source: string): string {
  const target = connectionPath(repositoryPath, source);
  const name = target.slice(target.lastIndexOf("/") + 1);
  if (name === "" || Buffer.byteLength(name) > NAME_BYTES_MAX) {
    throw new StorageError("StorageDomainIllegalRemotePath", `the path of the storage is too long: ${source}`);
  }
  return target;
}
