import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { DeadlineExceeded } from "@yagura/std/deadline.ts";
import { CannotReachManager } from "./errors.ts";

/** The longest answer that is read; a list of 10,000 VMs is about 40 MiB. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;

export interface HttpRequest {
  readonly method: string;
  /** Absolute, with query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface Http extends Disposable {
  /** @throws CannotReachManager, DeadlineExceeded, or the signal's reason. */
  send(request: HttpRequest): Promise<HttpAnswer>;
}

export interface Trust {
  /** Certificate authority of the Manager in PEM; without it the machine's own authorities count. */
  readonly ca?: string | undefined;
  /** Takes any certificate. For a first look and for tests. */
  readonly insecure?: boolean | undefined;
}

/** HTTP/1.1 to one origin over a few kept connections. `fetch` cannot be given a certificate authority. */
export function openHttp(origin: URL, { ca, insecure = false }: Trust): Http {
  const isTls = origin.protocol === "https:";
  const agent = isTls
    ? new HttpsAgent({ keepAlive: true, maxSockets: 8, rejectUnauthorized: !insecure, ...(ca !== undefined && { ca }) })
    : new HttpAgent({ keepAlive: true, maxSockets: 8 });
  return {
    send: (request) => send(origin, isTls ? httpsRequest : httpRequest, agent, request),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

async function send(
  origin: URL,
  start: typeof httpRequest,
  agent: HttpAgent,
  { method, path, headers = {}, body, timeoutMs, signal }: HttpRequest,
): Promise<HttpAnswer> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const what = `${method} ${path.split("?", 1)[0]}`;
  const timer = setTimeout(() => controller.abort(new DeadlineExceeded(what, timeoutMs)), timeoutMs);
  const both = signal === undefined ? controller.signal : AbortSignal.any([controller.signal, signal]);
  try {
    const answered = Promise.withResolvers<IncomingMessage>();
    const outgoing = start(new URL(path, origin), {
      method,
      agent,
      signal: both,
      headers: { ...headers, ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }) },
    });
    outgoing.once("response", answered.resolve);
    outgoing.on("error", answered.reject);
    outgoing.end(body);
    const answer = await answered.promise;
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: await readBody(answer) };
  } catch (cause) {
    both.throwIfAborted();
    throw new CannotReachManager(`cannot reach the Manager at ${origin.origin}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

async function readBody(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`the answer is longer than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
