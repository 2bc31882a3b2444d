import type { Log } from "@yagura/std/log.ts";
import type { StorageType } from "@yagura/storage-format";
import type { Mount } from "../../root/mount-table.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import type { ConnectionKind } from "./connection-kind.ts";
import { boundSource, localConnections } from "./local.ts";
import { localOrMounted } from "./local-or-mounted.ts";
import { mountedConnections } from "./mounted.ts";
import type { MountedStorage } from "./mounted-storage.ts";
import { nfsSource } from "./nfs.ts";
import { posixSource } from "./posix.ts";

interface KindsWorld {
  readonly repositoryPath: string;
  readonly log: Log;
  readonly canMount: boolean;
  readonly files: StorageFiles;
  readonly mounted: MountedStorage;
  readMounts(): Promise<readonly Mount[]>;
}

/** The kinds of storage that this host can reach. */
export function openConnectionKinds(world: KindsWorld): Partial<Record<StorageType, ConnectionKind>> {
  const { repositoryPath, mounted } = world;
  return {
    LOCALFS: localOrMounted(world, localConnections(world), mountedConnections(repositoryPath, mounted, boundSource)),
    NFS: mountedConnections(repositoryPath, mounted, nfsSource),
    POSIXFS: mountedConnections(repositoryPath, mounted, posixSource),
  };
}
