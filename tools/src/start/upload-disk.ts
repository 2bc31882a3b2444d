import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { request } from "node:https";
import { pipeline } from "node:stream/promises";
import type { ManagerClient } from "@yagura/rest-client";
import { poll } from "@yagura/std/poll.ts";

/** The bytes of a disk did not all arrive. */
export class CannotUpload extends Error {
  override readonly name = "CannotUpload";
}

/** Sends a file as the content of a disk, by way of an image transfer of the Manager. @throws CannotUpload, RestFault */
export async function uploadDisk(
  client: ManagerClient,
  trust: { readonly ca: string },
  { diskId, file }: { readonly diskId: string; readonly file: string },
): Promise<void> {
  const transfer = await client.image_transfers.add({ disk: { id: diskId }, direction: "upload", format: "cow" });
  const id = transfer.id ?? "";
  const ready = await poll(
    "the transfer to begin",
    async () => {
      const now = await client.image_transfers.get(id);
      return now.phase === "transferring" ? now : undefined;
    },
    { timeoutMs: 60_000, everyMs: 100 },
  );
  if (ready.proxy_url === undefined) throw new CannotUpload("the Manager gave no address to send the disk to");
  await put(ready.proxy_url, trust.ca, file);
  await client.image_transfers.action(id, "finalize");
  await poll(
    "the transfer to be finished",
    async () => {
      const { phase } = await client.image_transfers.get(id);
      if (phase?.startsWith("finished_failure") === true || phase === "cancelled")
        throw new CannotUpload(`the transfer ended as ${phase}`);
      return phase === "finished_success";
    },
    { timeoutMs: 60_000, everyMs: 100 },
  );
}

async function put(url: string, ca: string, file: string): Promise<void> {
  const { size } = await stat(file);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const upload = request(url, {
    method: "PUT",
    ca,
    headers: { "content-length": size, "content-type": "application/octet-stream" },
  });
  upload.once("response", (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  upload.once("error", reject);
  const [status] = await Promise.all([promise, pipeline(createReadStream(file), upload)]);
  if (status >= 300) throw new CannotUpload(`the Manager answered ${status} to the disk's content`);
}
