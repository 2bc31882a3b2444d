import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { TLSSocket } from "node:tls";
import type { Peer } from "@yagura/agent-protocol";
import { describeError } from "@yagura/std/describe-error.ts";
import { findId, type ImageId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import { AgentError } from "../errors.ts";
import type { StorageImages } from "../storage/contract/images.ts";
import type { VolumeKey } from "../storage/contract/volumes.ts";

/** vdsm's [rpc] limits: requests at a time, and how long a connection may be silent. */
const REQUESTS_MAX = 10;
const SILENT_MS_MAX = 60_000;

export interface ImageHttpOptions {
  readonly images: Pick<StorageImages, "upload" | "download">;
  readonly log: Log;
  readonly isRecovering: () => boolean;
}

/**
 * HTTP on the agent's port: the bytes of small images, and nothing else. Only a Manager may.
 * vdsm lib/vdsm/rpc/http.py: ImageRequestHandler
 */
export class ImageHttp {
  readonly #options: ImageHttpOptions;
  readonly #server: Server;
  #underWay = 0;

  constructor(options: ImageHttpOptions) {
    this.#options = options;
    // The body of a large image takes as long as it takes; only silence ends it.
    this.#server = createServer({ requestTimeout: 0, headersTimeout: 10_000, maxHeaderSize: 16_384 });
    this.#server.timeout = SILENT_MS_MAX;
    this.#server.on("request", (request, response) => void this.#answer(request, response));
    // Clients that wait to be told may send their body.
    this.#server.on("checkContinue", (request, response) => {
      response.writeContinue();
      void this.#answer(request, response);
    });
  }

  /** Serves a connection that began with `firstBytes`. */
  serve(socket: TLSSocket, firstBytes: Buffer, peer: Peer): void {
    if (peer.role !== "manager") {
      socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    socket.unshift(firstBytes);
    this.#server.emit("connection", socket);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { log, isRecovering } = this.#options;
    if (this.#underWay >= REQUESTS_MAX) return refuse(response, 503, "too many requests at a time");
    if (isRecovering()) return refuse(response, 503, "Recovering from crash or Initializing");
    this.#underWay++;
    const gone = new AbortController();
    response.once("close", () => gone.abort(new Error("the client is gone")));
    try {
      if (request.method === "PUT") await this.#upload(request, response, gone.signal);
      else if (request.method === "GET") await this.#download(request, response, gone.signal);
      else refuse(response, 405, `${request.method} is not known here`);
    } catch (error) {
      log.warn("a transfer of an image failed", { method: request.method, error: describeError(error) });
      if (response.headersSent) response.destroy();
      else refuse(response, error instanceof BadTransfer ? error.status : 500, describeError(error), codeOf(error));
    } finally {
      this.#underWay--;
    }
  }

  async #upload(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const volume = readVolume(request);
    const lengthBytes = Number(request.headers["content-length"]);
    if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 0) throw new BadTransfer(411, "Content-Length is required");
    const type = request.headers["content-type"];
    if (type !== undefined && type !== "application/octet-stream") {
      throw new BadTransfer(415, "Content-Type must be application/octet-stream");
    }
    const taskId = await this.#options.images.upload(volume, request, { lengthBytes, signal });
    answer(response, 200, { "Task-Id": taskId });
  }

  async #download(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const volume = readVolume(request);
    const lengthBytes = readRange(request.headers.range);
    const download = await this.#options.images.download(volume, {
      signal,
      ...(lengthBytes !== undefined && { lengthBytes }),
    });
    response.writeHead(206, {
      "Content-Type": "application/octet-stream",
      "Content-Length": download.lengthBytes,
      "Task-Id": download.taskId,
    });
    await pipeline(download.body, response);
  }
}

class BadTransfer extends Error {
  override readonly name = "BadTransfer";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** @throws BadTransfer naming the header that is missing or wrong. */
export function readVolume({ headers }: Pick<IncomingMessage, "headers">): VolumeKey {
  const id = (name: string): string => {
    const value = headers[name.toLowerCase()];
    const found = typeof value === "string" ? findId(value) : undefined;
    if (found === undefined) throw new BadTransfer(400, `the header ${name} must be a UUID`);
    return found;
  };
  id("Storage-Pool-Id");
  return {
    domainId: id("Storage-Domain-Id") as StorageDomainId,
    imageId: id("Image-Id") as ImageId,
    volumeId: id("Volume-Id") as VolumeId,
  };
}

/** "bytes=0-N" asks for the first N+1 bytes; other ranges are not known. @throws BadTransfer */
export function readRange(range: string | undefined): number | undefined {
  if (range === undefined) return undefined;
  const last = /^bytes=0-(\d{1,15})$/.exec(range)?.[1];
  if (last === undefined) throw new BadTransfer(416, "Range must be bytes=0-N");
  return Number(last) + 1;
}

function codeOf(error: unknown): number {
  return error instanceof AgentError ? error.code : 100;
}

function answer(response: ServerResponse, status: number, headers: Record<string, string>): void {
  const body = JSON.stringify({ status: { code: 0, message: "OK" } });
  response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(body);
}

function refuse(response: ServerResponse, status: number, message: string, code = 100): void {
  const body = JSON.stringify({ status: { code, message } });
  // The rest of the body that the client sends is not read.
  response.writeHead(status, { "Content-Type": "application/json", Connection: "close" }).end(body);
}
