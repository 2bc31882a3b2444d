import type { IncomingMessage } from "node:http";
import { BadCertificateRequest } from "@yagura/pki";
import { describeError } from "@yagura/std/describe-error.ts";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { enrolHost } from "../enrol-host.ts";
import type { EnrolmentContext } from "../enrolment-context.ts";
import { burnHostTicket } from "../host-tickets.ts";
import { renewHost } from "../renew-host.ts";
import { sendAnswer, sendRefusal } from "./answers.ts";
import { callerOf } from "./caller.ts";
import { describeProblems, enrolment, findTickets, renewal } from "./inputs.ts";
import { addOvirtRoutes } from "./ovirt-routes.ts";
import { RateLimit } from "./rate-limit.ts";
import { readJson } from "./read-json.ts";

export interface EnrolmentRouteOptions {
  /** This server speaks TLS. Over plain HTTP neither tickets nor keys are taken. */
  readonly isSecure: boolean;
}

/** A rack of hosts behind one address may ask every five seconds; more is no host. */
const rate = { burst: 200, perSecond: 20, callersMax: 10_000 };

/**
 * Everything by which hosts introduce themselves, on one server: mount it on the HTTPS server and on the plain one.
 * docs/protocols/registration.md
 */
export async function registerEnrolmentRoutes(
  app: FastifyInstance,
  context: EnrolmentContext,
  options: EnrolmentRouteOptions,
): Promise<void> {
  const rateLimit = new RateLimit(context.clock, rate);
  // A scope of its own: its hooks and its way to tell errors are for these routes only.
  await app.register(async (scope) => {
    scope.addHook("onRequest", async (request, reply) => {
      if (!rateLimit.allows(callerOf(request).source))
        await sendRefusal(reply, "too-fast", "too many requests; wait a second");
    });
    if (!options.isSecure) scope.addHook("preHandler", (request, reply) => refuseTicket(context, request, reply));
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("application/json", (_: FastifyRequest, payload: IncomingMessage) => readJson(payload));
    scope.setErrorHandler((error: FastifyError, request, reply) => sendError(context, { error, request, reply }));
    addOvirtRoutes(scope, context, options);
    addOwnRoutes(scope, context, options);
  });
}

function addOwnRoutes(app: FastifyInstance, context: EnrolmentContext, { isSecure }: EnrolmentRouteOptions): void {
  const post = (
    path: string,
    handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>,
  ): void => {
    app.post(`/ovirt-engine/services/${path}`, async (request, reply) =>
      isSecure ? handler(request, reply) : sendRefusal(reply, "plain-http", "keys are certified over HTTPS only"),
    );
  };
  post("host-enrol", async (request, reply) => {
    const input = enrolment.safeParse(request.body);
    if (!input.success) return sendRefusal(reply, "bad-request", describeProblems(input.error));
    return sendAnswer(reply, await enrolHost(context, { ...input.data, ...callerOf(request) }));
  });
  post("host-renew", async (request, reply) => {
    const input = renewal.safeParse(request.body);
    if (!input.success) return sendRefusal(reply, "bad-request", describeProblems(input.error));
    return sendAnswer(reply, await renewHost(context, input.data));
  });
}

/** A ticket that came over plain HTTP may have been read on the way: it is refused, and nobody can use it any more. */
async function refuseTicket(context: EnrolmentContext, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const tickets = [request.query, request.body].flatMap(findTickets);
  if (tickets.length === 0) return;
  for (const ticket of tickets) await burnHostTicket(context, ticket, callerOf(request).source);
  await sendRefusal(
    reply,
    "plain-http",
    "a ticket must not be sent over plain HTTP; this one is void now, make a new one",
  );
}

interface Failed {
  readonly error: FastifyError;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function sendError(context: EnrolmentContext, { error, request, reply }: Failed): Promise<FastifyReply> {
  if (error instanceof BadCertificateRequest) return sendRefusal(reply, "bad-request", `csr: ${error.message}`);
  const { statusCode = 500 } = error;
  if (statusCode < 500) {
    // What may still come of the body is not read.
    reply.header("connection", "close");
    return reply.code(statusCode).send({ status: "refused", code: "bad-request", reason: error.message });
  }
  context.log.error("a registration request failed", { url: request.routeOptions.url, error: describeError(error) });
  return reply
    .code(500)
    .send({ status: "failed", reason: "the Manager could not handle the request; its log says why" });
}
