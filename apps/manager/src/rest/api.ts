import { writeXsd } from "@yagura/rest-model";
import { withDeadline } from "@yagura/std/deadline.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Authorizer } from "../auth/authz/authorizer.ts";
import { isAdministrator } from "../auth/authz/policy.ts";
import { userView } from "../auth/authz/user-view.ts";
import type { OpContext, Services } from "../context.ts";
import { readBody, writeAnswer, writeFault } from "./answer-body.ts";
import { type AuthenticationParts, authenticate, type Identity } from "./authenticate.ts";
import { correlationId } from "./edge/correlation-id.ts";
import { contentTypes, type Format, negotiate, wantsEventStream } from "./edge/negotiate.ts";
import { BadParameter, Parameters } from "./edge/parameters.ts";
import { apiPath, parseTarget, type Target } from "./edge/target.ts";
import { EventStreams } from "./event-stream/event-streams.ts";
import { openEventStream } from "./event-stream/open-event-stream.ts";
import { faultOf, successStatus } from "./faults.ts";
import { follow, parseFollow } from "./follow.ts";
import { followLinks } from "./follow-links.ts";
import { Inventory } from "./inventory.ts";
import { Links, type Served } from "./links.ts";
import { NotAcceptable } from "./refusals.ts";
import type { Answer, PiecesAnswer, RestRequest, Route } from "./route.ts";
import { locate, type Match, Router, segmentsOf } from "./router.ts";
import { servedBy } from "./served-by.ts";
import { streamPieces } from "./stream-pieces.ts";
import { tellUnhonoured, type Wish } from "./tell-unhonoured.ts";

/** No operation takes longer to answer; what takes longer is a job. */
const REQUEST_MS_MAX = 100_000;

export interface ApiParts extends AuthenticationParts {
  readonly services: Services;
  readonly newId: () => string;
  /** Aborted when the Manager stops. */
  readonly stopping: AbortSignal;
}

/** Everything that is known of a request before its body is read. */
interface Accepted {
  readonly target: Target;
  readonly identity: Identity;
  readonly match: Match;
}

/** The REST API v4: finds the route, knows the caller, and writes answers and faults in the format he takes. */
export class Api {
  readonly #parts: ApiParts;
  readonly #router: Router;
  readonly #served: Served;
  readonly #streams: EventStreams;
  readonly #accepted = new WeakMap<FastifyRequest, Accepted>();

  constructor(routes: readonly Route[], parts: ApiParts) {
    this.#parts = parts;
    this.#router = new Router(routes);
    this.#served = servedBy(routes);
    this.#streams = new EventStreams(parts.services, parts.stopping);
  }

  /**
   * Looks at everything but the body: so that whoever may not come in is told before he has sent it, and a GET that
   * announces a body it never sends (libgovirt) is not waited for.
   */
  async accept(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { headers } = request;
    const target = parseTarget(request.originalUrl);
    const query = new Parameters(target, headers);
    reply.header("Correlation-Id", correlationId(query.find("correlation_id"), this.#parts.newId));
    checkVersion(target, headers["version"]);
    if (!isStreamRequest(request, target) && negotiate(headers.accept, query.find("accept")) === undefined) {
      throw new NotAcceptable("answers are application/xml or application/json");
    }
    const { method, ip: address, protocol } = request;
    const sender = { method, headers, address, isSecure: protocol === "https" };
    const identity = await authenticate(sender, this.#parts);
    if (identity.setCookie !== undefined) reply.header("Set-Cookie", identity.setCookie);
    const match = this.#router.match(method === "HEAD" ? "GET" : method, target.path.slice(apiPath.length));
    this.#accepted.set(request, { target, identity, match });
  }

  /** The path of the route that a request was for; `undefined` when it was refused before. */
  routeOf(request: FastifyRequest): string | undefined {
    return this.#accepted.get(request)?.match.route.path;
  }

  /** Carries an accepted request out. */
  async handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const accepted = this.#accepted.get(request);
    if (accepted === undefined) throw new Error("a request was handled that nobody accepted");
    if (isStreamRequest(request, accepted.target)) return this.#sendEvents(accepted, request, reply);
    if (isSchemaRequest(accepted)) return sendSchema(reply);
    const correlation = String(reply.getHeader("Correlation-Id"));
    const answer = await withDeadline(
      `${accepted.match.route.method} ${accepted.match.route.path}`,
      REQUEST_MS_MAX,
      (signal) => this.#run(accepted, request, { correlation, signal }),
      this.#parts.stopping,
    );
    if (answer.kind === "entity" && answer.outcome !== "done" && "href" in answer.value) {
      reply.header("Location", String(answer.value.href));
    }
    if (answer.kind === "entity" && answer.type === "api") reply.header("Link", linkHeader(answer.value));
    reply.code(successStatus[answer.kind === "entity" ? answer.outcome : "done"]);
    const format = this.#formatOf(request);
    if (answer.kind === "pieces") return this.#sendPieces(answer, format, request, reply);
    const { contentType, text } = writeAnswer(answer, format);
    return reply.type(contentType).send(text);
  }

  /** Events as they happen, until the client goes or its session ends. */
  async #sendEvents({ target, identity }: Accepted, { headers }: FastifyRequest, reply: FastifyReply) {
    const links = new Links(target.apiRoot, this.#served);
    const stream = await openEventStream(this.#streams, { target, headers, identity, links }, this.#parts);
    // Proxies that collect an answer before they pass it on would pass nothing on.
    return reply.type("text/event-stream;charset=UTF-8").header("X-Accel-Buffering", "no").send(stream);
  }

  /** Read and written piece by piece, as fast as the client takes it; what fails in between cuts the connection. */
  #sendPieces(answer: PiecesAnswer, format: Format, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { services, stopping } = this.#parts;
    reply.type(contentTypes[format]);
    if (request.method === "HEAD") return reply.send("");
    return reply.send(streamPieces(answer, format, { log: services.log, stopping }));
  }

  /** Tells the client what went wrong, and the log what he is not told. */
  refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const fault = faultOf(error);
    const match = this.#accepted.get(request)?.match;
    const isAction = match !== undefined && isActionPath(match.route);
    const { log } = this.#parts.services;
    const fields = { method: request.method, url: safeUrl(request), correlationId: reply.getHeader("Correlation-Id") };
    if (fault.isOurMistake)
      log.error("a request failed by our own mistake", { ...fields, error: describeError(error) });
    else log.debug("a request was refused", { ...fields, status: fault.status, reason: describeError(error) });
    const { contentType, text } = writeFault(fault, this.#formatOf(request), isAction);
    // A body that was announced may still be on its way, or never come: no other request can follow on this connection.
    if (!hasEnded(request)) reply.header("Connection", "close");
    return reply
      .code(fault.status)
      .headers(fault.headers ?? {})
      .type(contentType)
      .send(text);
  }

  async #run(
    { target, match, identity: whole }: Accepted,
    request: FastifyRequest,
    { correlation, signal }: { readonly correlation: string; readonly signal: AbortSignal },
  ): Promise<Answer> {
    const query = new Parameters(target, request.headers);
    const identity = query.findBoolean("filter") === true ? { ...whole, grants: userView(whole.grants) } : whole;
    const authorizer = new Authorizer(this.#parts.services.db, identity.grants);
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const contentType = request.headers["content-type"];
    let wish: Wish | undefined;
    const context = this.#contextOf(identity, authorizer, correlation, signal);
    const newInventory = () => new Inventory(this.#parts.services.db, authorizer);
    const rest: RestRequest = {
      params: match.params,
      query,
      context,
      inventory: newInventory(),
      may: (permit, chain) => authorizer.may(permit, chain),
      viewer: { sight: authorizer.sight, ...context.actor },
      links: new Links(target.apiRoot, this.#served),
      allContent: query.findBoolean("all_content") ?? false,
      origin: `${request.protocol}://${request.host}`,
      read(type) {
        const read = readBody(type, body, contentType);
        wish = { type, body: read };
        return read;
      },
      readAction: () => (body.toString("utf8").trim() === "" ? {} : readBody("action", body, contentType)),
    };
    const followed = query.find("follow");
    const tree = followed === undefined ? undefined : parseFollow(followed);
    const answer = await match.route.handle(rest);
    if (wish !== undefined) await tellUnhonoured(rest.context, wish, answer);
    if (tree === undefined || match.route.method !== "GET") return answer;
    return follow(answer, tree, followLinks(this.#router, rest, { root: target.apiRoot, newInventory }));
  }

  #contextOf(identity: Identity, authorizer: Authorizer, correlation: string, signal: AbortSignal): OpContext {
    const { services } = this.#parts;
    const name = `${identity.user.name}@${identity.user.domain}`;
    return {
      ...services,
      log: services.log.with({ correlationId: correlation, user: name }),
      actor: { userId: identity.user.id, name, isAdministrator: isAdministrator(identity.grants) },
      correlationId: correlation,
      signal,
      authorize: (permit, object) => authorizer.authorize(permit, object),
    };
  }

  #formatOf(request: FastifyRequest): Format {
    try {
      const query = new Parameters(parseTarget(request.originalUrl), request.headers);
      return negotiate(request.headers.accept, query.find("accept")) ?? "xml";
    } catch {
      // The target cannot be read, which is what the fault is about.
      return negotiate(request.headers.accept) ?? "xml";
    }
  }
}

/** Only of events there is something to tell as it happens. */
function isStreamRequest({ method, headers }: FastifyRequest, { path }: Target): boolean {
  return method === "GET" && wantsEventStream(headers.accept) && /^\/events\/?$/.test(path.slice(apiPath.length));
}

function isSchemaRequest({ target, match }: Accepted): boolean {
  return match.route.method === "GET" && match.route.path === "/" && target.query.has("schema");
}

/** The XML Schema of the documents, whatever format the client takes otherwise. */
function sendSchema(reply: FastifyReply): FastifyReply {
  return reply.type(contentTypes.xml).header("Content-Disposition", 'attachment; filename="api.xsd"').send(writeXsd());
}

/** @throws BadParameter unless it is the version that we speak: the path's, else the header's. */
function checkVersion(target: Target, header: string | string[] | undefined): void {
  const version = target.version ?? (typeof header === "string" ? header.trim() : undefined);
  if (version !== undefined && version !== "" && version !== "4") {
    throw new BadParameter(`Version '${version.slice(0, 20)}' of the API is not supported; version 4 is.`);
  }
}

/** Faults of actions are told inside of an `<action>`. */
function isActionPath({ method, path }: Route): boolean {
  return method === "POST" && locate(segmentsOf(path))?.action !== undefined;
}

function linkHeader(api: object): string {
  const links = "link" in api && Array.isArray(api.link) ? api.link : [];
  return links.map(({ rel, href }) => `<${href}>; rel="${rel}"`).join(", ");
}

/** The path only: parameters may hold what is not for the log. */
function safeUrl(request: FastifyRequest): string {
  return (request.originalUrl.split("?")[0] ?? "").slice(0, 300);
}

/** Whether all of the request's body has been read, or there is none. */
function hasEnded({ raw, headers }: FastifyRequest): boolean {
  const isAnnounced = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return !isAnnounced || raw.complete;
}
