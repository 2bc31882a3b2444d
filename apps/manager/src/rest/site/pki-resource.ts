import { openSshPublicKey } from "@yagura/pki";
import type { FastifyInstance } from "fastify";
import { parseTarget } from "../edge/target.ts";
import { NotOverPlainHttp } from "../refusals.ts";

export const pkiResourcePath = "/ovirt-engine/services/pki-resource";

/** Certificates that everybody may have, as PEM. Read anew for each request: they are renewed. */
export interface PkiParts {
  caCertificate(): string;
  /** What the Manager shows to whoever connects. */
  serverCertificate(): string | undefined;
}

/**
 * The CA's and the Manager's own certificate, as how-tos and clients fetch them: `?resource=ca-certificate&format=X509-PEM-CA`.
 * As a key for SSH only over HTTPS: who takes it lets its owner in.
 */
export function pkiResourceRoute(app: FastifyInstance, parts: PkiParts): void {
  app.get(pkiResourcePath, async (request, reply) => {
    const { query } = parseTarget(request.originalUrl);
    const [resource, format] = [query.get("resource") ?? "ca-certificate", query.get("format") ?? "X509-PEM"];
    const pem = certificateOf(resource, parts);
    if (pem === undefined) return reply.callNotFound();
    switch (format) {
      case "X509-PEM":
      case "X509-PEM-CA":
        return reply
          .type(format === "X509-PEM-CA" ? "application/x-x509-ca-cert" : "application/x-pem-file")
          .header(
            "Content-Disposition",
            `attachment; filename="${resource === "ca-certificate" ? "ca" : "engine"}.pem"`,
          )
          .send(pem);
      case "OPENSSH-PUBKEY":
        if (request.protocol !== "https") throw new NotOverPlainHttp();
        return reply.type("text/plain;charset=UTF-8").send(openSshPublicKey(pem, query.get("alias") ?? "ovirt-engine"));
      default:
        return reply.callNotFound();
    }
  });
}

function certificateOf(resource: string, parts: PkiParts): string | undefined {
  if (resource === "ca-certificate") return parts.caCertificate();
  return resource === "engine-certificate" ? parts.serverCertificate() : undefined;
}
