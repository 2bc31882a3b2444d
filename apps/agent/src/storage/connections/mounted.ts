import { mkdir, rmdir } from "node:fs/promises";
import { describeError } from "@yagura/std/describe-error.ts";
import { KeyedQueue } from "@yagura/std/keyed-queue.ts";
import type { Log } from "@yagura/std/log.ts";
import { connectionPath } from "@yagura/storage-format";
import { CannotUnmount } from "../../root/mount.ts";
import { findMount, type Mount } from "../../root/mount-table.ts";
import { RefusedRootCall } from "../../root/refused-root-call.ts";
import type { RootCalls } from "../../root/root-calls.ts";
import { StorageError } from "../errors.ts";
import type { StorageConnection } from "../storage.ts";
import type { ConnectionKind } from "./connection-kind.ts";
import type { MountSource } from "./mount-source.ts";
import { normalizedExport } from "./nfs.ts";

/** One file name. */
const NAME_BYTES_MAX = 255;

export interface MountedWorld {
  readonly repositoryPath: string;
  readonly log: Log;
  readonly root: Pick<RootCalls, "mount" | "unmount">;
  readMounts(): Promise<readonly Mount[]>;
  /**
   * Whether what is mounted can be used as storage, looked at as who will use it.
   * @throws StorageError
   */
  checkAccess(target: string): Promise<void>;
  /** Has whoever holds files of it open let go, and forget it. */
  release(target: string): Promise<void>;
  /** Whether a domain below is in use on this host. */
  isInUse(target: string): boolean;
}

/** Storage that is mounted below the repository's `mnt`: NFS and POSIX, which differ in what is mounted. */
export function mountedConnections(
  world: MountedWorld,
  sourceOf: (connection: StorageConnection) => MountSource,
): ConnectionKind {
  const { repositoryPath, root, log } = world;
  const queue = new KeyedQueue<string>();

  async function connect(source: MountSource, target: string): Promise<void> {
    const mounted = findMount(await world.readMounts(), target);
    if (mounted !== undefined) requireSame(mounted, source, target);
    else await mount(source, target);
    try {
      await world.checkAccess(target);
    } catch (error) {
      // What was there before us is somebody's, and may only be slow.
      if (mounted === undefined) await undo(target);
      throw error;
    }
  }

  async function mount(source: MountSource, target: string): Promise<void> {
    // Nobody but root gets past an empty place: what is meant for storage is never written to this host's disk.
    await mkdir(target, { mode: 0o700, recursive: true });
    try {
      await root.mount({ ...source, target });
    } catch (cause) {
      await undo(target);
      const kind = cause instanceof RefusedRootCall ? "InvalidParameter" : "MountError";
      throw new StorageError(kind, `cannot connect ${source.source}`, { cause });
    }
  }

  /** After a failure, which is what the caller shall hear of. */
  async function undo(target: string): Promise<void> {
    await takeAway(target, { isForced: true }).catch((error: unknown) =>
      log.warn("cannot take a failed mount away", { target, error: describeError(error) }),
    );
  }

  async function takeAway(target: string, options: { isForced: boolean }): Promise<void> {
    await world.release(target);
    await root.unmount(target, options);
    await rmdir(target).catch(ignoreMissing);
  }

  async function disconnect(source: string, target: string): Promise<void> {
    if (world.isInUse(target)) {
      throw new StorageError(
        "StorageServerDisconnectionError",
        `cannot disconnect ${source}: a domain on it is active`,
      );
    }
    try {
      await takeAway(target, { isForced: false });
    } catch (error) {
      if (!(error instanceof CannotUnmount)) throw error;
      if (error.isBusy) {
        const message = `cannot disconnect ${source}: something on this host has a file of it open`;
        throw new StorageError("StorageServerDisconnectionError", message, { cause: error });
      }
      // Its server does not answer, and nobody here needs it.
      await takeAway(target, { isForced: true });
    }
  }

  const placed = (connection: StorageConnection): { source: MountSource; target: string } => {
    const source = sourceOf(connection);
    const target = connectionPath(repositoryPath, source.source);
    const name = target.slice(target.lastIndexOf("/") + 1);
    if (name === "" || Buffer.byteLength(name) > NAME_BYTES_MAX) {
      throw new StorageError("StorageDomainIllegalRemotePath", `the path of the storage is too long: ${source.source}`);
    }
    return { source, target };
  };
  return {
    async connect(connection) {
      const { source, target } = placed(connection);
      await queue.run(target, () => connect(source, target));
    },
    async disconnect(connection) {
      const { source, target } = placed(connection);
      await queue.run(target, () => disconnect(source.source, target));
    },
  };
}

/** The kernel says of a bind mount or a link what is behind it; only of NFS it says what we asked for. */
function requireSame(mounted: Mount, { source, type }: MountSource, target: string): void {
  const isNfs = /^nfs4?$/.test(mounted.type);
  const isSame = /^nfs4?$/.test(type) ? isNfs && isSameExport(mounted.source, source) : !isNfs;
  if (isSame) return;
  throw new StorageError("MountError", `cannot connect ${source}: ${mounted.source} is mounted at ${target} already`);
}

function isSameExport(mounted: string, wanted: string): boolean {
  try {
    return normalizedExport(mounted) === normalizedExport(wanted);
  } catch (error) {
    if (error instanceof StorageError) return false;
    throw error;
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
}
