import type { Log } from "@yagura/std/log.ts";
import type { MountRequest } from "../../root/root-calls.ts";
import { StorageError } from "../errors.ts";
import type { Mounts } from "../files/mounts.ts";

/**
 * Whether what is mounted can be storage: the child of the mount makes a file there and takes it away again.
 * @throws StorageError 469 read-only, or not for 36:36; 451 anything else
 */
export async function checkAccess(
  { mounts, log }: { readonly mounts: Mounts; readonly log: Log },
  { source, target }: Pick<MountRequest, "source" | "target">,
): Promise<void> {
  const cannot = `cannot use ${source} as storage`;
  const probed = await mounts.probe(target).catch((cause: unknown) => {
    throw new StorageError("StorageServerConnectionError", cannot, { cause });
  });
  if (probed.is === "unusable") {
    throw new StorageError("StorageServerAccessPermissionError", `${cannot}: ${probed.detail}`);
  }
  if (!probed.hasDirectIo) log.warn("storage without direct I/O: leases cannot be kept on it", { source });
}
