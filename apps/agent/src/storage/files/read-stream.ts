import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { readMounts } from "../../root/mount-table.ts";
import { openStorageSource } from "../tools/pipe-storage.ts";
import { isOnMountedStorage } from "../tools/storage-user.ts";

/**
 * The first `lengthBytes` of a file, which is at least so long. On mounted storage a child reads them, as 36:36: a server
 * that hangs stops nothing else.
 */
export async function readStream(path: string, lengthBytes: number, signal?: AbortSignal): Promise<Readable> {
  if (isOnMountedStorage([path], await readMounts())) return openStorageSource(path, lengthBytes, signal);
  return createReadStream(path, { start: 0, end: lengthBytes - 1, ...(signal && { signal }) });
}
