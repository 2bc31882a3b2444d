import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { parseTarget } from "./edge/target.ts";
import { welcomePage } from "./welcome-page.ts";

export interface SiteParts {
  caCertificate(): string;
  /** Where HTTPS is served, if it is: people who come by plain HTTP are shown that address. */
  httpsPort(): number | undefined;
}

/** What everybody may read: the page for people, the CA's certificate, and whether the Manager is well. */
export function siteRoutes(app: FastifyInstance, { caCertificate, httpsPort }: SiteParts): void {
  app.get("/ovirt-engine/services/health", async (_, reply) =>
    reply.type("text/plain;charset=UTF-8").send("DB Up!Welcome to Health Status!"),
  );
  app.get("/ovirt-engine/services/pki-resource", async (request, reply) => {
    const { query } = parseTarget(request.originalUrl);
    const resource = query.get("resource") ?? "ca-certificate";
    const format = query.get("format") ?? "X509-PEM-CA";
    if (resource !== "ca-certificate" || !format.startsWith("X509-PEM")) return reply.callNotFound();
    return reply
      .type("application/x-x509-ca-cert")
      .header("Content-Disposition", 'attachment; filename="ca.pem"')
      .send(caCertificate());
  });
  for (const url of ["/", "/yagura", "/ovirt-engine"]) {
    app.get(url, async (request, reply) => {
      const page = welcomePage(secureOrigin(request, httpsPort()), fingerprintOf(caCertificate()));
      return reply
        .type("text/html;charset=UTF-8")
        .header("Content-Security-Policy", `default-src 'none'; style-src '${page.styleHash}'; frame-ancestors 'none'`)
        .send(page.html);
    });
  }
}

function secureOrigin({ protocol, host, hostname }: FastifyRequest, httpsPort: number | undefined): string {
  if (protocol === "https" || httpsPort === undefined) return `${protocol}://${host}`;
  return `https://${hostname}${httpsPort === 443 ? "" : `:${httpsPort}`}`;
}

/** SHA-256 over the certificate, as `openssl x509 -fingerprint` writes it. */
function fingerprintOf(pem: string): string {
  const base64 = /-----BEGIN CERTIFICATE-----([^-]+)-----END/.exec(pem)?.[1] ?? "";
  const hex = createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex").toUpperCase();
  return hex.match(/../g)?.join(":") ?? "";
}
