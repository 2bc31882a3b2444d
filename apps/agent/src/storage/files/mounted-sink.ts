import { MiB } from "@yagura/std/units.ts";
import { openStorageSink } from "../tools/pipe-storage.ts";
import { runStorageProgram } from "../tools/storage-child.ts";
import type { Sink, StreamTarget } from "./sink.ts";

/** What direct I/O wants on every storage that we know. */
const BLOCK_BYTES = 4096;

/**
 * A file on mounted storage, written by children as 36:36 and past the page cache to the last byte: nothing may be left in a
 * cache that a kernel would write later, when somebody else has the lease. `dd` writes past it only what fills a block of its
 * own; so the last piece goes by itself, in small blocks and filled up with zeroes, and the file is cut to its length.
 */
export async function openMountedSink(target: StreamTarget): Promise<Sink> {
  const { path, fileBytes, keepsBlocks, signal } = target;
  const setLength = async (bytes: number): Promise<void> => {
    await runStorageProgram("truncate", ["--no-create", `--size=${bytes}`, "--", path], { signal });
  };
  if (!keepsBlocks) await setLength(0);
  const body = await openStorageSink(path, { keepsBlocks, blockBytes: MiB });
  const bodyBytes = target.lengthBytes - (target.lengthBytes % MiB);
  const tail: Buffer[] = [];
  let at = 0;
  return {
    async write(chunk) {
      const head = chunk.subarray(0, Math.max(0, bodyBytes - at));
      at += chunk.length;
      if (head.length > 0) await body.write(head);
      // Less than a MiB: whoever sends more than the length was refused before.
      if (head.length < chunk.length) tail.push(Buffer.from(chunk.subarray(head.length)));
    },
    async end() {
      await body.end();
      await writeTail(path, bodyBytes, Buffer.concat(tail));
      await setLength(fileBytes);
      await runStorageProgram("sync", [path], { signal });
    },
    [Symbol.asyncDispose]: () => body[Symbol.asyncDispose](),
  };
}

async function writeTail(path: string, offsetBytes: number, bytes: Buffer): Promise<void> {
  if (bytes.length === 0) return;
  const filled = Buffer.alloc(Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES);
  bytes.copy(filled);
  await using sink = await openStorageSink(path, { keepsBlocks: true, blockBytes: BLOCK_BYTES, offsetBytes });
  await sink.write(filled);
  await sink.end();
}
