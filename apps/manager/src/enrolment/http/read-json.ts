import type { Readable } from "node:stream";
import { withDeadline } from "@yagura/std/deadline.ts";

/** Certificate, request and signature together have less than 8 KiB. */
const BODY_BYTES_MAX = 32_768;
/** Anybody may send to these routes; nobody may keep us waiting. */
const BODY_TIMEOUT_MS = 10_000;

/** The body of a request is not what these routes read. `statusCode` is what fastify answers. */
export class BadBody extends Error {
  override readonly name = "BadBody";
  readonly statusCode: 400 | 408 | 413;

  constructor(statusCode: BadBody["statusCode"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.statusCode = statusCode;
  }
}

/** Reads a whole JSON document, which is small and comes at once. @throws BadBody */
export async function readJson(payload: Readable, timeoutMs = BODY_TIMEOUT_MS): Promise<unknown> {
  const text = await withDeadline("the body of the request", timeoutMs, () => readText(payload)).catch((cause) => {
    throw cause instanceof BadBody
      ? cause
      : new BadBody(408, "the request did not arrive whole, or not in time", { cause });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BadBody(400, "the request is not JSON", { cause });
  }
}

async function readText(payload: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Destroying the stream would close the connection before the refusal is sent.
  for await (const chunk of payload.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new BadBody(413, `the request is longer than ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
