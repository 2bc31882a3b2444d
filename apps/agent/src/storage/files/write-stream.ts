import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { readMounts } from "../../root/mount-table.ts";
import { isOnMountedStorage } from "../tools/storage-user.ts";
import { openMountedSink } from "./mounted-sink.ts";
import type { Sink, StreamTarget } from "./sink.ts";

/** The body ended early, or went on for too long. */
export class WrongLength extends Error {
  override readonly name = "WrongLength";
}

const ZEROES = Buffer.alloc(64 * 1024);

/**
 * Writes a body into a file that is there, chunk by chunk: the next one is asked for when this one is written. Resolves
 * when all is on the disk. On mounted storage a child does it, as 36:36 and past the page cache.
 * @throws WrongLength, whatever the body or the file system says, or the signal's reason
 */
export async function writeStream(body: Readable, target: StreamTarget): Promise<void> {
  const { lengthBytes, signal } = target;
  const onAbort = (): void => {
    body.destroy(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    const isMounted = isOnMountedStorage([target.path], await readMounts());
    await using sink = isMounted ? await openMountedSink(target) : await openOwnSink(target);
    let at = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (at + chunk.length > lengthBytes) throw new WrongLength(`the body has more than ${lengthBytes} bytes`);
      await sink.write(chunk);
      at += chunk.length;
    }
    if (at !== lengthBytes) throw new WrongLength(`the body ended after ${at} of ${lengthBytes} bytes`);
    await sink.end();
  } finally {
    signal.removeEventListener("abort", onAbort);
    // Whoever sends more is not listened to.
    body.destroy();
  }
}

async function openOwnSink({ path, fileBytes, keepsBlocks }: StreamTarget): Promise<Sink> {
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  if (!keepsBlocks) await file.truncate(0);
  let at = 0;
  return {
    async write(chunk) {
      if (keepsBlocks || !isZero(chunk)) await writeAll(file, chunk, at);
      at += chunk.length;
    },
    async end() {
      await file.truncate(fileBytes);
      await file.sync();
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, chunk: Buffer, at: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, at + done);
    done += bytesWritten;
  }
}

function isZero(chunk: Buffer): boolean {
  for (let at = 0; at < chunk.length; at += ZEROES.length) {
    const length = Math.min(ZEROES.length, chunk.length - at);
    if (chunk.compare(ZEROES, 0, length, at, at + length) !== 0) return false;
  }
  return true;
}
