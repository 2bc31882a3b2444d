import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { parseTarget } from "./edge/target.ts";
import { readStream } from "./read-stream.ts";
import { authorize, logIn } from "./sso/authorize.ts";
import { openIdPath } from "./sso/claims.ts";
import { issueToken } from "./sso/issue-token.ts";
import { logOut } from "./sso/log-out.ts";
import { loginPath } from "./sso/login-page.ts";
import { describeKeys, describeProvider, describeUser } from "./sso/openid.ts";
import type { SsoAnswer, SsoParts, SsoRequest } from "./sso/sso-request.ts";
import { describeToken } from "./sso/token-info.ts";

/** Forms of the SSO hold a name, a password and what the client wants back. */
const FORM_BYTES_MAX = 64 * 1024;
const FORM_TIMEOUT_MS = 15_000;

/** What is never taken from a URL, where it would stay in logs and histories. */
const onlyInBodies: ReadonlySet<string> = new Set(["password", "client_secret", "refresh_token", "code_verifier"]);

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
  ) => app.route({ method, url, handler: async (request, reply) => send(reply, await work(readSso(request), parts)) });
  const oauth = "/ovirt-engine/sso/oauth";
  route(`${oauth}/token`, ["POST"], issueToken);
  // By Basic authorization, where other clients use Kerberos.
  route(`${oauth}/token-http-auth`, ["GET", "POST"], issueToken);
  route(`${oauth}/token-info`, ["GET", "POST"], describeToken);
  route(`${oauth}/revoke`, ["POST"], logOut);
  route("/ovirt-engine/services/sso-logout", ["GET", "POST"], logOut);
  for (const at of [oauth, openIdPath]) route(`${at}/authorize`, ["GET", "POST"], authorize);
  route(loginPath, ["POST"], logIn);
  route(`${openIdPath}/token`, ["POST"], issueToken);
  route(`${openIdPath}/userinfo`, ["GET", "POST"], describeUser);
  route(`${openIdPath}/jwks`, ["GET"], describeKeys);
  route(`${openIdPath}/.well-known/openid-configuration`, ["GET"], describeProvider);
}

function readSso(request: FastifyRequest): SsoRequest {
  const body = Buffer.isBuffer(request.body) ? request.body.toString("utf8") : "";
  const form = new Map<string, string>();
  // Of a name that is repeated the first counts.
  for (const [name, value] of new URLSearchParams(body)) if (!form.has(name)) form.set(name, value);
  for (const [name, value] of parseTarget(request.originalUrl).query) {
    if (!onlyInBodies.has(name) && !form.has(name)) form.set(name, value);
  }
  const { method, headers, ip: address, protocol, host } = request;
  return { method, form, headers, address, origin: `${protocol}://${host}`, isSecure: protocol === "https" };
}

function send(reply: FastifyReply, answer: SsoAnswer): FastifyReply {
  // Tokens and codes are in these answers, and in the addresses of these pages.
  reply.header("Pragma", "no-cache").header("Referrer-Policy", "no-referrer");
  switch (answer.kind) {
    case "json":
      if (answer.refused === "token") reply.code(401).header("WWW-Authenticate", 'Bearer error="invalid_token"');
      else if (answer.refused === "request") reply.code(400);
      return reply.type("application/json;charset=UTF-8").send(JSON.stringify(answer.body));
    case "page":
      if (answer.isRefusal) reply.code(400);
      return reply
        .type("text/html;charset=UTF-8")
        .header("Content-Security-Policy", answer.page.contentSecurityPolicy)
        .send(answer.page.html);
    case "redirect":
      if (answer.setCookie !== undefined) reply.header("Set-Cookie", answer.setCookie);
      return reply.code(303).header("Location", answer.location).send();
  }
}
