import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { AgentFault } from "@yagura/agent-protocol";
import type { HostWorld } from "../world/host-world.ts";
import type { SimulatedVolume } from "../world/storage.ts";

/** Content up to this size is kept and can be read back; of more only the length is. */
const contentBytesMax = 1024 * 1024;

/** `PUT` and `GET` of an image on the agent's port, as VDSM has it for small images (lib/vdsm/rpc/http.py). */
export function imageServer(world: HostWorld): Server {
  return createServer((request, response) => {
    handle(world, request, response).catch((error: unknown) => {
      const status = error instanceof AgentFault ? 500 : 400;
      const code = error instanceof AgentFault ? error.code : -1;
      answer(response, status, { status: { code, message: error instanceof Error ? error.message : String(error) } });
      request.destroy();
    });
  });
}

async function handle(world: HostWorld, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const volume = findVolume(world, request);
  if (request.method === "GET") {
    response.writeHead(206, { "Content-Type": "application/octet-stream", "Content-Length": volume.content.length });
    response.end(volume.content);
    return;
  }
  const length = Number(request.headers["content-length"]);
  if (!Number.isSafeInteger(length) || length < 0) {
    answer(response, 411, { status: { code: -1, message: "Content-Length is missing" } });
    return;
  }
  if (length > volume.capacityBytes * 1.1 + 2 ** 20)
    throw new AgentFault("VolumeResizeValueError", "larger than the volume");
  const { bytes, content, sha256 } = await receive(request);
  if (bytes !== length) throw new Error(`only ${bytes} of ${length} bytes came`);
  const taskId = world.tasks.start("downloadImageFromStream", () => {
    volume.uploadedBytes = bytes;
    volume.content = content;
  });
  response.setHeader("Task-Id", taskId);
  answer(response, 200, { status: { code: 0, message: "Done" }, uuid: taskId, sha256 });
}

function findVolume(world: HostWorld, { headers }: IncomingMessage): SimulatedVolume {
  const poolId = headerOf(headers["storage-pool-id"]);
  const domainId = headerOf(headers["storage-domain-id"]);
  const imageId = headerOf(headers["image-id"]);
  const volumeId = headerOf(headers["volume-id"]);
  world.getConnectedPool(poolId);
  return world.storage.getVolume(domainId, imageId, volumeId);
}

function headerOf(value: string | string[] | undefined): string {
  if (typeof value !== "string") throw new Error("a header is missing");
  return value.toLowerCase();
}

async function receive(request: IncomingMessage): Promise<{ bytes: number; content: Buffer; sha256: string }> {
  const hash = createHash("sha256");
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    if (bytes <= contentBytesMax) chunks.push(chunk);
  }
  return {
    bytes,
    content: bytes <= contentBytesMax ? Buffer.concat(chunks) : Buffer.alloc(0),
    sha256: hash.digest("hex"),
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return;
  response.writeHead(status, { "Content-Type": "application/json", Connection: "close" });
  response.end(JSON.stringify(body));
}
