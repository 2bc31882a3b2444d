import { basename, dirname } from "node:path";
import { type Mount, readMounts } from "../../root/mount-table.ts";
import { STORAGE_OWNER } from "../../root/root-calls.ts";

/** For `setpriv`: becomes 36:36, with no other group. */
export const asStorageOwner = [`--reuid=${STORAGE_OWNER}`, `--regid=${STORAGE_OWNER}`, "--clear-groups"] as const;

/**
 * As whom a program with these arguments must run: as 36:36 when one of them names something on storage that is mounted at
 * `REPOSITORY/mnt/NAME`, where root may be nobody (`root_squash`), and where what a program makes must belong to 36:36.
 * Storage of this host's own is a link there, and root's as well as 36:36's. Who is not root stays who he is.
 */
export function storageUserFor(
  args: readonly string[],
  mounts: readonly Mount[],
  isRoot: boolean,
): "storage owner" | "ourselves" {
  return isRoot && isOnMountedStorage(args, mounts) ? "storage owner" : "ourselves";
}

/** Whether an argument names something on storage that is mounted at `REPOSITORY/mnt/NAME`. */
export function isOnMountedStorage(args: readonly string[], mounts: readonly Mount[]): boolean {
  const places = mounts.map(({ target }) => target).filter((target) => isPlaceOfStorage(target));
  // Arguments are paths, or have one in them: `of=/…/volume`, `driver=qcow2,file.filename=/…/volume`.
  return args.some((arg) => places.some((place) => arg.includes(`${place}/`)));
}

/** The options of `setpriv` for a program with these arguments. */
export async function storageUserOptions(args: readonly string[]): Promise<readonly string[]> {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) return [];
  return storageUserFor(args, await readMounts(), isRoot) === "storage owner" ? asStorageOwner : [];
}

/** An administrator's own mount at /mnt/NAME is none: a repository is deeper. */
function isPlaceOfStorage(target: string): boolean {
  const parent = dirname(target);
  return basename(parent) === "mnt" && dirname(parent) !== "/";
}
