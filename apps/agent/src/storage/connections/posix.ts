import type { StorageConnection } from "../contract/connections.ts";
import { StorageError } from "../errors.ts";
import { listOptions, type MountSource } from "./mount-source.ts";

/**
 * What to mount for a POSIX connection: any source and type that this host's `mount` knows.
 * @throws StorageError 390 for a path that is none, 470 for a type that is none
 */
export function posixSource({ path, mount = {} }: StorageConnection): MountSource {
  const { vfsType, options } = mount;
  if (vfsType === undefined || !/^[a-z][a-z0-9_.-]{0,31}$/.test(vfsType)) {
    throw new StorageError(
      "MountTypeError",
      `cannot connect ${path}: POSIX storage needs a type of file system (vfs_type), not ${JSON.stringify(vfsType ?? "")}`,
    );
  }
  const source = path.length > 1 ? path.replace(/(?<=[^:])\/+$/, "") : path;
  const isPlain = source !== "" && !/^[-.]/.test(source) && !/[\p{Cc}]/u.test(source);
  if (!isPlain || source.split("/").includes("..")) {
    throw new StorageError(
      "StorageDomainIllegalRemotePath",
      `not a thing to mount: ${JSON.stringify(path.slice(0, 200))}`,
    );
  }
  return { source, type: vfsType, options: listOptions(options) };
}
