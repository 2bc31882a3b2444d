import { lstat, realpath, rmdir, unlink } from "node:fs/promises";
import { withDeadline } from "@yagura/std/deadline.ts";
import type { Log } from "@yagura/std/log.ts";
import { connectionPath } from "@yagura/storage-format";
import { findMount, type Mount } from "../../root/mount-table.ts";
import type { StorageConnection } from "../contract/connections.ts";
import { StorageError } from "../errors.ts";
import { isBecauseOf } from "../files/errno.ts";
import type { ConnectionKind } from "./connection-kind.ts";
import { requirePlainPath } from "./local.ts";
import { findNetworkMount } from "./network-mount.ts";

interface LocalOrMountedWorld {
  readonly repositoryPath: string;
  readonly log: Log;
  /** Whether this agent may mount. */
  readonly canMount: boolean;
  readMounts(): Promise<readonly Mount[]>;
}

const RESOLVE_MS = 10_000;

/**
 * A directory of this host is used as it is, by a link. One that is on somebody's own mount of a network file system is bound
 * to its place instead: then a child serves it, as every other mount, and a server that does not answer holds up nobody else.
 */
export function localOrMounted(
  world: LocalOrMountedWorld,
  local: ConnectionKind,
  bound: ConnectionKind,
): ConnectionKind {
  const placeOf = ({ path }: StorageConnection): string => connectionPath(world.repositoryPath, requirePlainPath(path));
  const isBound = async (connection: StorageConnection): Promise<boolean> =>
    findMount(await world.readMounts(), placeOf(connection)) !== undefined;
  return {
    async connect(connection) {
      if (await isBound(connection)) return bound.connect(connection);
      const network = await findNetworkBelow(connection.path, world);
      if (network === undefined || !world.canMount) {
        if (network !== undefined) {
          const { path } = connection;
          world.log.warn("a directory on a network file system may hold up this agent, which cannot bind it", { path });
        }
        await clearPlace(placeOf(connection), "directory");
        return local.connect(connection);
      }
      await clearPlace(placeOf(connection), "link");
      return bound.connect(connection);
    },
    disconnect: async (connection) => ((await isBound(connection)) ? bound : local).disconnect(connection),
  };
}

/** By its name first: on a dead server even the question where a link leads gets no answer. */
async function findNetworkBelow(path: string, { readMounts }: LocalOrMountedWorld): Promise<Mount | undefined> {
  const mounts = await readMounts();
  const found = findNetworkMount(path, mounts);
  if (found !== undefined) return found;
  try {
    const resolved = await withDeadline(`looking where ${path} is`, RESOLVE_MS, () => realpath(path));
    return findNetworkMount(resolved, mounts);
  } catch (cause) {
    // Whoever connects it says what is wrong with it.
    if (isBecauseOf(cause, "ENOENT", "ENOTDIR", "EACCES", "ELOOP")) return undefined;
    throw new StorageError("StorageServerConnectionError", `cannot connect ${path}: it does not answer`, { cause });
  }
}

/** What was connected in the other way leaves its place in the other form. What is in a directory stays. */
async function clearPlace(place: string, form: "directory" | "link"): Promise<void> {
  const found = await lstat(place).catch(() => undefined);
  if (form === "directory" && found?.isDirectory() === true) await rmdir(place);
  if (form === "link" && found?.isSymbolicLink() === true) await unlink(place);
}
