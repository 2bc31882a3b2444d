import { mount, unmount } from "./mount.ts";
import { ownStorageFile } from "./own-storage-file.ts";
import type { RootCalls } from "./root-calls.ts";

/**
 * The far side in this process: it can do what the agent can, and does not do without when it cannot.
 * @param mountsDirectory the only directory below which it mounts; without one it mounts nothing
 */
export function rootCallsInProcess(
  isRoot: boolean = process.getuid?.() === 0,
  mountsDirectory?: string | undefined,
): RootCalls {
  return {
    ownStorageFile: (path, mode) => ownStorageFile(path, mode, isRoot),
    mount: (request) => mount(request, mountsDirectory),
    unmount: (target, options) => unmount(target, mountsDirectory, options),
  };
}
