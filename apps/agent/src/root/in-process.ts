import { CannotMount, mount, unmount } from "./mount.ts";
import { ownStorageFile } from "./own-storage-file.ts";
import type { RootCalls } from "./root-calls.ts";

/**
 * The far side in this process: it can do what the agent can, and does not do without when it cannot.
 * @param mountsDirectory the only directory below which it mounts; without one it mounts nothing
 */
export function rootCallsInProcess(isRoot: boolean = process.getuid?.() === 0, mountsDirectory?: string): RootCalls {
  return {
    ownStorageFile: (path, mode) => ownStorageFile(path, mode, isRoot),
    async mount(request) {
      if (!isRoot)
        throw new CannotMount("only an agent that runs as root can mount storage; this one has local storage only");
      await mount(request, mountsDirectory);
    },
    async unmount(target, options) {
      // Who cannot mount has nothing to unmount.
      if (isRoot) await unmount(target, mountsDirectory, options);
    },
  };
}
