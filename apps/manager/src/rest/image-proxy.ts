import type { IncomingMessage } from "node:http";
import { describeError } from "@yagura/std/describe-error.ts";
import { newId } from "@yagura/std/ids.ts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Services } from "../context.ts";
import type { ImageTransferId } from "../domain/image-transfer/image-transfer.ts";
import { receiveImage } from "../operations/image-transfers/receive-image.ts";
import { imageFaultOf } from "./faults.ts";
import { pathId } from "./references.ts";
import { MissingLength, PartOfImage } from "./refusals.ts";

export interface ImageParts {
  readonly services: Services;
  /** Aborted when the Manager stops. */
  readonly stopping: AbortSignal;
}

/**
 * PUT /images/{transfer}: the bytes of a disk, passed on to its host as fast as that takes them. Who knows the transfer's
 * id may send, as with a ticket of oVirt's image daemon.
 */
export function imageRoutes(app: FastifyInstance, { services, stopping }: ImageParts): void {
  app.removeAllContentTypeParsers();
  // Not read here: the operation pulls the bytes, and the client waits while nobody does.
  app.addContentTypeParser(
    "*",
    (_: FastifyRequest, payload: IncomingMessage, done: (error: null, body: unknown) => void) => done(null, payload),
  );
  app.setErrorHandler((error, request, reply) => {
    const fault = imageFaultOf(error);
    const log = fault.isOurMistake ? services.log.error : services.log.info;
    log("an image was refused", { path: request.url.slice(0, 100), error: describeError(error) });
    return reply
      .code(fault.status)
      .header("Connection", "close")
      .type("text/plain;charset=UTF-8")
      .send(`${fault.detail}\n`);
  });
  app.put("/images/:transfer", async (request, reply) => {
    const { transfer } = request.params as { readonly transfer: string };
    await receiveImage(
      { ...services, correlationId: newId(), signal: stopping },
      {
        transferId: pathId<ImageTransferId>("image transfer", transfer),
        sizeBytes: readSize(request),
        content: request.raw,
      },
    );
    return reply.type("text/plain;charset=UTF-8").send("");
  });
}

/** @throws MissingLength, PartOfImage */
function readSize({ headers }: FastifyRequest): number {
  const range = headers["content-range"];
  if (range !== undefined && !range.startsWith("bytes 0-")) throw new PartOfImage();
  const length = headers["content-length"];
  if (length === undefined || !/^\d{1,15}$/.test(length)) throw new MissingLength();
  return Number(length);
}
