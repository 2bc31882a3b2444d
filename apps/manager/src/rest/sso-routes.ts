import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { parseTarget } from "./edge/target.ts";
import { readStream } from "./read-stream.ts";
import { describeToken, issueToken, revokeToken, type SsoAnswer, type SsoParts, type SsoRequest } from "./sso.ts";

/** Forms of the SSO hold a name, a password and a scope. */
const FORM_BYTES_MAX = 64 * 1024;
const FORM_TIMEOUT_MS = 15_000;

/** The SSO under the URLs that clients of oVirt know. */
export function ssoRoutes(app: FastifyInstance, parts: SsoParts): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_: FastifyRequest, payload: IncomingMessage) =>
    readStream(payload, { bytesMax: FORM_BYTES_MAX, timeoutMs: FORM_TIMEOUT_MS }),
  );
  const route = (
    url: string,
    method: ("GET" | "POST")[],
    work: (request: SsoRequest, parts: SsoParts) => Promise<SsoAnswer>,
  ) =>
    app.route({
      method,
      url: `/ovirt-engine${url}`,
      handler: async (request, reply) => sendSso(reply, await work(readSso(request), parts)),
    });
  route("/sso/oauth/token", ["POST"], issueToken);
  // By Basic authorization, where other clients use Kerberos.
  route("/sso/oauth/token-http-auth", ["GET", "POST"], issueToken);
  route("/sso/oauth/token-info", ["GET", "POST"], describeToken);
  route("/sso/oauth/revoke", ["POST"], revokeToken);
  route("/services/sso-logout", ["GET", "POST"], revokeToken);
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
