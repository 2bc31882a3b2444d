import type { Readable } from "node:stream";
import { DeadlineExceeded, withDeadline } from "@yagura/std/deadline.ts";
import { BodyTooLarge, BodyTooSlow } from "./refusals.ts";

export interface BodyLimits {
  readonly bytesMax: number;
  readonly timeoutMs: number;
}

/** All of a request's body. @throws BodyTooLarge, BodyTooSlow */
export async function readStream(stream: Readable, { bytesMax, timeoutMs }: BodyLimits): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const read = async (): Promise<Buffer> => {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length;
      if (bytes > bytesMax) throw new BodyTooLarge(`the body is larger than ${bytesMax} bytes`);
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks);
  };
  try {
    return await withDeadline("reading the body", timeoutMs, read);
  } catch (error) {
    if (error instanceof DeadlineExceeded) throw new BodyTooSlow(`the body did not come within ${timeoutMs / 1000} s`);
    throw error;
  }
}
