import { createHash } from "node:crypto";
import { readOpenApi } from "@yagura/rest-model";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Route } from "../route.ts";
import type { Page } from "./html.ts";
import { openApiPath, referencePath } from "./paths.ts";
import { type PkiParts, pkiResourceRoute } from "./pki-resource.ts";
import { referencePage } from "./reference-page.ts";
import { type OpenApi, servedOpenApi } from "./served-openapi.ts";
import { welcomePage } from "./welcome-page.ts";

export interface SiteParts extends PkiParts {
  /** Of Yagura: "0.1.0". */
  readonly version: string;
  readonly routes: readonly Route[];
  /** Where HTTPS is served, if it is: people who come by plain HTTP are shown that address. */
  httpsPort(): number | undefined;
  databaseAnswers(): Promise<boolean>;
}

/** What everybody may read: the page for people, the API's reference, the CA's certificate, and whether the Manager is well. */
export function siteRoutes(app: FastifyInstance, parts: SiteParts): void {
  app.get("/ovirt-engine/services/health", async (_, reply) => {
    const isWell = await parts.databaseAnswers();
    return reply
      .code(isWell ? 200 : 503)
      .type("text/plain;charset=UTF-8")
      .send(isWell ? "DB Up!Welcome to Health Status!" : "DB Down!");
  });
  pkiResourceRoute(app, parts);
  for (const url of ["/", "/yagura", "/ovirt-engine"]) {
    app.get(url, async (request, reply) =>
      send(
        reply,
        welcomePage({
          origin: secureOrigin(request, parts.httpsPort()),
          version: parts.version,
          databaseAnswers: await parts.databaseAnswers(),
          caFingerprint: fingerprintOf(parts.caCertificate()),
        }),
      ),
    );
  }
  referenceRoutes(app, parts.routes);
}

/** Made when first asked for: the model is large, and most Managers are never asked. */
function referenceRoutes(app: FastifyInstance, routes: readonly Route[]): void {
  let reading: Promise<{ readonly text: string; readonly page: Page }> | undefined;
  const reference = () => {
    reading ??= readOpenApi().then((text) => {
      const served = servedOpenApi(JSON.parse(text) as OpenApi, routes);
      return { text: JSON.stringify(served), page: referencePage(served) };
    });
    return reading;
  };
  app.get(openApiPath, async (_, reply) => reply.type("application/json;charset=UTF-8").send((await reference()).text));
  app.get(referencePath, async (_, reply) => send(reply, (await reference()).page));
}

function send(reply: FastifyReply, { html, contentSecurityPolicy }: Page): FastifyReply {
  return reply.type("text/html;charset=UTF-8").header("Content-Security-Policy", contentSecurityPolicy).send(html);
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
