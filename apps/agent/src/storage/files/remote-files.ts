import type { MountFiles } from "./mount-files.ts";
import type { StorageFiles } from "./storage-files.ts";

/** What answers in time answers at once; a mount with oVirt's options fails by itself after a minute. */
export const CALL_MS = 60_000;
/** A domain that cannot be looked at within one period of looking is reported. */
export const LOOK_MS = 10_000;

/** `StorageFiles` of one mount, by its child. */
export function remoteFiles(mount: MountFiles, { isLook = false } = {}): StorageFiles {
  const options = { timeoutMs: isLook ? LOOK_MS : CALL_MS, isLook };
  // The answers are those of `StorageFiles` in the child, which is of the same source as we.
  const run = <T>(call: keyof StorageFiles, ...args: unknown[]): Promise<T> =>
    mount.run(call, args, options) as Promise<T>;
  return {
    findText: (path, bytesMax) => run("findText", path, bytesMax),
    findBytes: (path, offsetBytes, lengthBytes) => run("findBytes", path, offsetBytes, lengthBytes),
    list: (path) => run("list", path),
    find: (path) => run("find", path),
    findLinkTarget: (path) => run("findLinkTarget", path),
    space: (path) => run("space", path),
    makeDirectory: (path) => run("makeDirectory", path),
    createSparse: (path, sizeBytes) => run("createSparse", path, sizeBytes),
    writeText: (path, text) => run("writeText", path, text),
    writeBytes: (path, offsetBytes, bytes) => run("writeBytes", path, offsetBytes, bytes),
    rename: (from, to) => run("rename", from, to),
    remove: (path) => run("remove", path),
    hardLink: (existing, path) => run("hardLink", existing, path),
    symbolicLink: (target, path) => run("symbolicLink", target, path),
    adopt: (path, mode) => run("adopt", path, mode),
    async wipe(path, signal, onProgress) {
      await mount.run("wipe", [path], { timeoutMs: CALL_MS, signal, onProgress });
    },
  };
}
