import { once } from "node:events";
import { type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import type { ConnectionOptions } from "node:tls";
import type { VolumeIds } from "@yagura/testing/agent-contract.ts";

/** Sends a volume's content to the agent's port. Resolves with the id of the task. @throws Error unless it is taken. */
export async function putImage(
  { tls, ...at }: { readonly host: string; readonly port: number; readonly tls: ConnectionOptions | false },
  ids: VolumeIds,
  body: Uint8Array,
): Promise<string> {
  const options = {
    ...at,
    path: "/",
    method: "PUT",
    headers: {
      "Storage-Pool-Id": ids.storagepoolID,
      "Storage-Domain-Id": ids.storagedomainID,
      "Image-Id": ids.imageID,
      "Volume-Id": ids.volumeID,
      "Content-Type": "application/octet-stream",
      "Content-Length": body.length,
    },
  };
  const request =
    tls === false
      ? requestPlain(options)
      : requestTls({ ...options, ca: tls.ca, cert: tls.cert, key: tls.key, checkServerIdentity: () => undefined });
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  if (response.statusCode !== 200) throw new Error(`PUT was answered with ${response.statusCode}`);
  return String(response.headers["task-id"]);
}
