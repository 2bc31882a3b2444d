import { ownStorageFile } from "./own-storage-file.ts";
import type { RootCalls } from "./root-calls.ts";

/** The far side in this process: it can do what the agent can, and does not do without when it cannot. */
export function rootCallsInProcess(isRoot: boolean = process.getuid?.() === 0): RootCalls {
  return { ownStorageFile: (path, mode) => ownStorageFile(path, mode, isRoot) };
}
