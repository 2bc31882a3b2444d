import { request } from "node:https";
import type { Credentials } from "@yagura/pki";

export interface ImageIds {
  readonly storagepoolID: string;
  readonly storagedomainID: string;
  readonly imageID: string;
  readonly volumeID: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Sends or asks for the bytes of an image on the agent's port, as a Manager does. */
export async function imageHttp(
  at: { readonly port: number; readonly credentials: Credentials },
  question: {
    readonly method: "PUT" | "GET";
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  },
): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const { caPem: ca, certificatePem: cert, keyPem: key } = at.credentials;
  const sent = request(
    {
      host: "127.0.0.1",
      port: at.port,
      path: "/",
      method: question.method,
      headers: question.headers,
      ca,
      cert,
      key,
      // Names in host certificates are not checked by Managers of oVirt's either.
      checkServerIdentity: () => undefined,
    },
    (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
      response.on("error", reject);
    },
  );
  sent.on("error", reject);
  if (question.body !== undefined && Symbol.asyncIterator in question.body) {
    for await (const chunk of question.body) if (!sent.write(chunk)) await new Promise((go) => sent.once("drain", go));
    sent.end();
  } else sent.end(question.body);
  return promise;
}

/** The headers that name a volume. */
export function imageHeaders(ids: ImageIds): Record<string, string> {
  return {
    "Storage-Pool-Id": ids.storagepoolID,
    "Storage-Domain-Id": ids.storagedomainID,
    "Image-Id": ids.imageID,
    "Volume-Id": ids.volumeID,
  };
}
