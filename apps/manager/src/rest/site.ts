import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { parseTarget } from "./edge/target.ts";
import { readStream } from "./read-stream.ts";
import { describeToken, issueToken, revokeToken, type SsoAnswer, type SsoParts, type SsoRequest } from "./sso.ts";
import { welcomePage } from "./welcome-page.ts";

export interface SiteParts extends SsoParts {
  caCertificate(): string;
}

/** Forms of the SSO hold a name, a password and a scope. */
const FORM_BYTES_MAX = 64 * 1024;
const FORM_TIMEOUT_MS = 15_000;

/** What stands beside the API: the SSO, the services that clients of oVirt know by their URL, and one page for people. */
export function siteRoutes(app: FastifyInstance, parts: SiteParts): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_: FastifyRequest, payload: IncomingMessage) =>
    readStream(payload, { bytesMax: FORM_BYTES_MAX, timeoutMs: FORM_TIMEOUT_MS }),
  );
  const sso = (
    url: string,
    method: ("GET" | "POST")[],
    work: (request: SsoRequest, parts: SsoParts) => Promise<SsoAnswer>,
  ) =>
    app.route({
      method,
      url: `/ovirt-engine${url}`,
      handler: async (request, reply) => sendSso(reply, await work(readSso(request), parts)),
    });
  sso("/sso/oauth/token", ["POST"], issueToken);
  // By Basic authorization, where other clients use Kerberos.
  sso("/sso/oauth/token-http-auth", ["GET", "POST"], issueToken);
  sso("/sso/oauth/token-info", ["GET", "POST"], describeToken);
  sso("/sso/oauth/revoke", ["POST"], revokeToken);
  sso("/services/sso-logout", ["GET", "POST"], revokeToken);

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
      .send(parts.caCertificate());
  });
  for (const url of ["/", "/yagura", "/ovirt-engine"]) {
    app.get(url, async (request, reply) => {
      const page = welcomePage(`${request.protocol}://${request.host}`, fingerprintOf(parts.caCertificate()));
      return reply
        .type("text/html;charset=UTF-8")
        .header("Content-Security-Policy", `default-src 'none'; style-src '${page.styleHash}'; frame-ancestors 'none'`)
        .send(page.html);
    });
  }
}

function readSso(request: FastifyRequest): SsoRequest {
  const body = Buffer.isBuffer(request.body) ? request.body.toString("utf8") : "";
  const form = new Map<string, string>();
  // Of a name that is repeated the first counts; a password is never taken from the URL.
  for (const [name, value] of new URLSearchParams(body)) if (!form.has(name)) form.set(name, value);
  for (const [name, value] of parseTarget(request.originalUrl).query) {
    if (name !== "password" && !form.has(name)) form.set(name, value);
  }
  return { form, headers: request.headers, address: request.ip };
}

function sendSso(reply: FastifyReply, { isRefusal, body }: SsoAnswer): FastifyReply {
  if (isRefusal) reply.code(400);
  return reply.type("application/json;charset=UTF-8").header("Pragma", "no-cache").send(JSON.stringify(body));
}

/** SHA-256 over the certificate, as `openssl x509 -fingerprint` writes it. */
function fingerprintOf(pem: string): string {
  const base64 = /-----BEGIN CERTIFICATE-----([^-]+)-----END/.exec(pem)?.[1] ?? "";
  const hex = createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex").toUpperCase();
  return hex.match(/../g)?.join(":") ?? "";
}
