import type { Mount } from "../../root/mount-table.ts";
import type { MountRequest } from "../../root/root-calls.ts";
import { StorageError } from "../errors.ts";
import { normalizedExport } from "./nfs.ts";

/**
 * What is mounted is what is wanted, as far as can be known: of a bind mount or a link the kernel says what is behind it, of
 * whatever type that is; only of NFS it says what we asked for.
 * @throws StorageError 477
 */
export function requireSameMount(mounted: Mount, { source, type, target, options }: MountRequest): void {
  if (options.includes("bind")) return;
  const isSame = isNfs(type) ? isNfs(mounted.type) && isSameExport(mounted.source, source) : !isNfs(mounted.type);
  if (isSame) return;
  throw new StorageError("MountError", `cannot connect ${source}: ${mounted.source} is mounted at ${target} already`);
}

function isNfs(type: string): boolean {
  return type === "nfs" || type === "nfs4";
}

function isSameExport(mounted: string, wanted: string): boolean {
  try {
    return normalizedExport(mounted) === normalizedExport(wanted);
  } catch (error) {
    if (error instanceof StorageError) return false;
    throw error;
  }
}
