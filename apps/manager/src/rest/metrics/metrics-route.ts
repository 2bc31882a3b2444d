import type { FastifyInstance } from "fastify";
import { isAdministrator } from "../../auth/authz/policy.ts";
import { NotAllowed } from "../../domain/errors.ts";
import { type AuthenticationParts, authenticate } from "../authenticate.ts";
import type { Metrics } from "./metrics.ts";

export const metricsPath = "/ovirt-engine/services/metrics";

/** For administrators, by token or by name and password as Prometheus sends them (`basic_auth`). */
export function metricsRoute(app: FastifyInstance, metrics: Metrics, parts: AuthenticationParts): void {
  app.get(metricsPath, async ({ method, headers, ip: address, protocol }, reply) => {
    const sender = { method, headers, address, isSecure: protocol === "https" };
    const { grants, setCookie } = await authenticate(sender, parts);
    if (!isAdministrator(grants)) throw new NotAllowed("login", "read metrics");
    if (setCookie !== undefined) reply.header("Set-Cookie", setCookie);
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}
