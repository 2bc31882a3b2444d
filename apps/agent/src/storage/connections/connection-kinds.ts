import type { Log } from "@yagura/std/log.ts";
import type { StorageType } from "@yagura/storage-format";
import { readMounts } from "../../root/mount-table.ts";
import type { RootCalls } from "../../root/root-calls.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import type { ConnectionKind } from "./connection-kind.ts";
import { localConnections } from "./local.ts";
import { mountedConnections } from "./mounted.ts";
import { nfsSource } from "./nfs.ts";
import { posixSource } from "./posix.ts";

interface KindsWorld {
  readonly repositoryPath: string;
  readonly files: StorageFiles;
  readonly root: RootCalls;
  readonly log: Log;
}

/** The kinds of storage that this host can reach. */
export function openConnectionKinds(world: KindsWorld): Partial<Record<StorageType, ConnectionKind>> {
  const mounted = {
    ...world,
    readMounts,
    checkAccess: async () => undefined,
    release: async () => undefined,
    isInUse: () => false,
  };
  return {
    LOCALFS: localConnections(world),
    NFS: mountedConnections(mounted, nfsSource),
    POSIXFS: mountedConnections(mounted, posixSource),
  };
}
