import fastify, { type FastifyInstance } from "fastify";
import type { EnrolmentContext } from "./enrolment/enrolment-context.ts";
import { registerEnrolmentRoutes } from "./enrolment/http/register-enrolment-routes.ts";
import { siteRoutes } from "./rest/site.ts";

export interface PlainServerParts {
  readonly enrolment: EnrolmentContext;
  readonly caCertificate: () => string;
  readonly httpsPort: () => number;
}

/**
 * What is served without TLS: nothing that a key, a ticket or a password goes into. Hosts of the old kind introduce
 * themselves, anybody may fetch the CA's certificate, and everything else is sent to the other port.
 */
export async function buildPlainServer({
  enrolment,
  caCertificate,
  httpsPort,
}: PlainServerParts): Promise<FastifyInstance> {
  const app = fastify({ logger: false, bodyLimit: 64 * 1024, requestTimeout: 30_000, keepAliveTimeout: 10_000 });
  await registerEnrolmentRoutes(app, enrolment, { isSecure: false });
  siteRoutes(app, caCertificate);
  app.setNotFoundHandler((request, reply) => {
    const name = request.host.replace(/:\d+$/, "");
    const port = httpsPort();
    // The path is the client's own; the name too, but only he is sent there.
    return reply.redirect(`https://${name}${port === 443 ? "" : `:${port}`}${request.originalUrl}`, 308);
  });
  return app;
}
