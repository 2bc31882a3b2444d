import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";

/** The body ended early, or went on for too long. */
export class WrongLength extends Error {
  override readonly name = "WrongLength";
}

export interface StreamTarget {
  readonly path: string;
  /** The body must be exactly so long. */
  readonly lengthBytes: number;
  /** How long the file is afterwards; what the body does not reach reads as zeroes. */
  readonly fileBytes: number;
  /** Blocks that the file has are kept and overwritten; else the file begins empty, and zeroes take no space. */
  readonly keepsBlocks: boolean;
  readonly signal: AbortSignal;
}

const ZEROES = Buffer.alloc(64 * 1024);

/**
 * Writes a body into a file that is there, chunk by chunk: the next one is asked for when this one is written. Resolves
 * when all is on the disk.
 * @throws WrongLength, whatever the body or the file system says, or the signal's reason
 */
export async function writeStream(body: Readable, target: StreamTarget): Promise<void> {
  const { path, lengthBytes, fileBytes, keepsBlocks, signal } = target;
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  const onAbort = (): void => {
    body.destroy(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    if (!keepsBlocks) await file.truncate(0);
    let at = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (at + chunk.length > lengthBytes) throw new WrongLength(`the body has more than ${lengthBytes} bytes`);
      if (keepsBlocks || !isZero(chunk)) await writeAll(file, chunk, at);
      at += chunk.length;
    }
    if (at !== lengthBytes) throw new WrongLength(`the body ended after ${at} of ${lengthBytes} bytes`);
    await file.truncate(fileBytes);
    await file.sync();
  } finally {
    signal.removeEventListener("abort", onAbort);
    // Whoever sends more is not listened to.
    body.destroy();
    await file.close();
  }
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
