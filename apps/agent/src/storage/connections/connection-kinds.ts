import type { StorageType } from "@yagura/storage-format";
import type { StorageFiles } from "../files/storage-files.ts";
import type { ConnectionKind } from "./connection-kind.ts";
import { localConnections } from "./local.ts";
import { mountedConnections } from "./mounted.ts";
import type { MountedStorage } from "./mounted-storage.ts";
import { nfsSource } from "./nfs.ts";
import { posixSource } from "./posix.ts";

interface KindsWorld {
  readonly repositoryPath: string;
  readonly files: StorageFiles;
  readonly mounted: MountedStorage;
}

/** The kinds of storage that this host can reach. */
export function openConnectionKinds(world: KindsWorld): Partial<Record<StorageType, ConnectionKind>> {
  const { repositoryPath, mounted } = world;
  return {
    LOCALFS: localConnections(world),
    NFS: mountedConnections(repositoryPath, mounted, nfsSource),
    POSIXFS: mountedConnections(repositoryPath, mounted, posixSource),
  };
}
