import { request } from "node:https";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { AgentCalls } from "@yagura/agent-protocol";
import type { Clock } from "@yagura/std/clock.ts";
import { type HostAddress, identityProblem } from "./host-connection.ts";
import type { ImageUpload } from "./hosts.ts";
import type { ManagerCredentials } from "./manager-credentials.ts";
import { waitForTask } from "./wait-for-task.ts";

/** The host did not take the content of a volume. */
export class CannotUploadImage extends Error {
  override readonly name = "CannotUploadImage";

  constructor(imageId: string, options: ErrorOptions) {
    super(`the host did not take the content of disk ${imageId}`, options);
  }
}

/** Neither side may stop for longer in the middle of a stream. */
const IDLE_MS_MAX = 60_000;
const ANSWER_BYTES_MAX = 64 * 1024;

/**
 * Sends the content of a volume to the agent's port: `PUT /` with the volume in headers, then a storage task to wait for
 * (host-agent protocol, HTTP on the same port).
 * @throws CannotUploadImage
 */
export async function putImage(
  to: {
    readonly host: HostAddress;
    readonly credentials: ManagerCredentials;
    readonly calls: AgentCalls;
    readonly clock: Clock;
  },
  upload: ImageUpload,
): Promise<void> {
  try {
    const taskId = await send(to.host, to.credentials, upload);
    if (taskId === undefined) return;
    await waitForTask(taskId, { calls: to.calls, clock: to.clock, signal: upload.signal, what: "write the image" });
  } catch (cause) {
    upload.signal.throwIfAborted();
    throw new CannotUploadImage(upload.imageId, { cause });
  }
}

async function send(
  host: HostAddress,
  credentials: ManagerCredentials,
  upload: ImageUpload,
): Promise<string | undefined> {
  const outgoing = request({
    host: host.address,
    port: host.port,
    method: "PUT",
    path: "/",
    agent: false,
    cert: credentials.certificatePem,
    key: credentials.keyPem,
    ca: credentials.authorityPem,
    checkServerIdentity: (_, certificate) => identityProblem(host, certificate.raw),
    signal: upload.signal,
    headers: {
      "Content-Type": "application/octet-stream",
      "Content-Length": upload.sizeBytes,
      "Storage-Pool-Id": upload.dataCenterId,
      "Storage-Domain-Id": upload.storageDomainId,
      "Image-Id": upload.imageId,
      "Volume-Id": upload.volumeId,
    },
  });
  outgoing.setTimeout(IDLE_MS_MAX, () =>
    outgoing.destroy(new Error(`the host stood still for ${IDLE_MS_MAX / 1000} s`)),
  );
  const answer = new Promise<{ status: number; text: string; taskId: string | undefined }>((resolve, reject) => {
    outgoing.once("error", reject);
    outgoing.once("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        if (text.length < ANSWER_BYTES_MAX) text += chunk;
      });
      response.once("error", reject);
      response.once("end", () => {
        const taskId = response.headers["task-id"];
        resolve({ status: response.statusCode ?? 0, text, taskId: typeof taskId === "string" ? taskId : undefined });
      });
    });
  });
  // Looked at below; a refusal may come while the content is still being sent.
  answer.catch(() => undefined);
  let sentBytes = 0;
  const count = new Transform({
    transform(chunk: Uint8Array, _, done) {
      sentBytes += chunk.length;
      upload.onProgress?.(sentBytes);
      done(null, chunk);
    },
  });
  const sent = pipeline(Readable.from(upload.content, { objectMode: false }), count, outgoing);
  await Promise.race([sent, answer]);
  const { status, text, taskId } = await answer;
  if (status !== 200) throw new Error(`it answered ${status}: ${text.slice(0, 300)}`);
  await sent;
  return taskId;
}
