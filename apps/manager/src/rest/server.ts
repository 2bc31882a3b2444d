import { createServer as createHttpServer, type Server as HttpServer, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer, type Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { SecureContextOptions } from "node:tls";
import { describeError } from "@yagura/std/describe-error.ts";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import type { AuthStore } from "../auth/auth-store.ts";
import { CallerLimiter } from "../auth/authn/caller-limiter.ts";
import { Logins } from "../auth/authn/login.ts";
import { LoginAudit } from "../auth/authn/login-audit.ts";
import { Sessions } from "../auth/authn/sessions.ts";
import { databaseAuthStore } from "../auth/database-auth-store.ts";
import type { DirectoryProvider } from "../auth/directory/directory-provider.ts";
import { AuthorizationCodes } from "../auth/sso/authorization-codes.ts";
import { IdTokens } from "../auth/sso/id-tokens.ts";
import type { Services } from "../context.ts";
import { databaseAnswers } from "../db/database-answers.ts";
import { Api } from "./api.ts";
import type { AuthenticationParts } from "./authenticate.ts";
import { apiPath } from "./edge/target.ts";
import { imageRoutes } from "./image-proxy.ts";
import { LoginRecorder, loginRefused } from "./login-events.ts";
import { Metrics } from "./metrics/metrics.ts";
import { metricsPath, metricsRoute } from "./metrics/metrics-route.ts";
import { readStream } from "./read-stream.ts";
import { ManagerStopping, NoSuchPath, NotOverPlainHttp } from "./refusals.ts";
import type { Route } from "./route.ts";
import { routes as ownRoutes, type Product } from "./routes.ts";
import { openApiPath } from "./site/paths.ts";
import { siteRoutes } from "./site/site-routes.ts";
import type { SsoParts } from "./sso/sso-request.ts";
import { ssoRoutes } from "./sso-routes.ts";

/** What the REST edge needs of the rest of the Manager. Made in `world.ts`. */
export interface ServerDeps {
  readonly services: Services;
  /** What the API's root tells of this installation. */
  readonly product: Product;
  /** The CA's certificate as PEM, read anew for each request: it may be renewed. */
  caCertificate(): string;
  /** The certificate that the Manager shows over TLS, as PEM. */
  serverCertificate?(): string;
  /** Other endpoints on the same ports, such as the registration of hosts. */
  readonly mounts?: readonly ((
    app: FastifyInstance,
    options: { readonly isSecure: boolean },
  ) => void | Promise<void>)[];
  /** Where users come from besides our own database. */
  readonly directories?: readonly DirectoryProvider[];
  /** How many requests a caller may make at once. */
  readonly callerBurst?: number;
  /** Tests bring their own. */
  readonly authStore?: AuthStore;
  readonly routes?: readonly Route[];
  readonly newId?: () => string;
}

export interface ListenOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** None: plain HTTP, over which nothing is served that needs a login. */
  readonly tls?: SecureContextOptions;
}

export interface Listener {
  readonly port: number;
  /** Uses a renewed certificate for new connections. */
  renew(tls: SecureContextOptions): void;
  close(): Promise<void>;
}

export interface RestServer {
  /** For tests: `app.inject(…)` needs no port. What is served over TLS, and what over plain HTTP. */
  readonly app: FastifyInstance;
  readonly plainApp: FastifyInstance;
  listen(options: ListenOptions): Promise<Listener>;
  /** Stops listening, ends requests under way. Safe to call twice. */
  close(): Promise<void>;
}

/** A document of the API with an OVF inside; images do not come this way. */
const BODY_BYTES_MAX = 8 * 1024 * 1024;
const BODY_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 15_000;
const HEADER_BYTES_MAX = 32 * 1024;
/** Longer than the pause between two requests of a client that polls. */
const KEEP_ALIVE_MS = 75_000;
/** A connection over which nothing moves for so long is given up, also in the middle of an answer. */
const IDLE_SOCKET_MS = 120_000;
const CONNECTIONS_MAX = 4000;

/** Builds the server without listening: all of it over TLS, over plain HTTP only what everybody may read. */
export async function buildServer(deps: ServerDeps): Promise<RestServer> {
  const stopping = new AbortController();
  const store = deps.authStore ?? databaseAuthStore(deps.services.db);
  const recorder = new LoginRecorder(deps.services);
  const auth = authParts(deps, store, recorder);
  const routes = deps.routes ?? ownRoutes(deps.product);
  const api = new Api(routes, {
    ...auth,
    services: deps.services,
    newId: deps.newId ?? (() => crypto.randomUUID()),
    stopping: stopping.signal,
  });
  const metrics = new Metrics(deps.services.db, deps.product.version);
  let httpsPort: number | undefined;
  const site = {
    version: deps.product.version,
    routes,
    caCertificate: () => deps.caCertificate(),
    serverCertificate: () => deps.serverCertificate?.(),
    httpsPort: () => httpsPort,
    databaseAnswers: () => databaseAnswers(deps.services.db, deps.services.log),
  };
  const app = newApp(api);
  for (const mount of deps.mounts ?? []) await mount(app, { isSecure: true });
  app.register(async (scope) => apiRoute(scope, api, metrics));
  app.register(async (scope) => metricsRoute(scope, metrics, auth));
  app.register(async (scope) => ssoRoutes(scope, auth));
  app.register(async (scope) => siteRoutes(scope, site));
  app.register(async (scope) => imageRoutes(scope, { services: deps.services, stopping: stopping.signal }));
  await app.ready();

  const plainApp = newApp(api);
  for (const mount of deps.mounts ?? []) await mount(plainApp, { isSecure: false });
  plainApp.register(async (scope) => siteRoutes(scope, site));
  for (const url of [apiPath, "/ovirt-engine/sso/*", "/images/*", metricsPath]) {
    // Not redirected: the password or token has been told to the whole network already. Refused before the body is read.
    const refuse = () => Promise.reject(new NotOverPlainHttp());
    plainApp.all(url, { onRequest: refuse }, refuse);
  }
  await plainApp.ready();

  const listeners = new Set<Listener>();
  return {
    app,
    plainApp,
    async listen(options) {
      const listener = await listen(options.tls === undefined ? plainApp : app, options, deps);
      if (options.tls !== undefined) httpsPort = listener.port;
      listeners.add(listener);
      return listener;
    },
    async close() {
      stopping.abort(new ManagerStopping());
      await Promise.all([...listeners].map((listener) => listener.close()));
      await Promise.all([app.close(), plainApp.close()]);
      await recorder.settled();
      metrics.close();
    },
  };
}

function authParts(
  { services, directories = [], callerBurst }: ServerDeps,
  store: AuthStore,
  recorder: LoginRecorder,
): SsoParts & AuthenticationParts {
  const { db, clock, log } = services;
  const audit = new LoginAudit(clock, (event) => recorder.record(event));
  return {
    db,
    store,
    logins: new Logins(store, clock, { log, directories, onRefused: (refused) => audit.tell(loginRefused(refused)) }),
    sessions: new Sessions(store, clock),
    codes: new AuthorizationCodes(db, clock),
    idTokens: new IdTokens(db, clock),
    audit,
    callers: new CallerLimiter(clock, callerBurst),
    nowMs: () => clock.nowMs(),
  };
}

function newApp(api: Api): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    // All of the API is one route here; its own router knows matrix parameters, versions and what v4 has.
    rewriteUrl: ({ url = "/" }) => (isApiUrl(url) ? apiPath : url),
    routerOptions: { ignoreTrailingSlash: true },
  });
  app.addHook("onSend", async (_, reply) => {
    reply.header("X-Content-Type-Options", "nosniff");
    if (!reply.hasHeader("Cache-Control")) reply.header("Cache-Control", "no-store");
  });
  app.setNotFoundHandler((request, reply) =>
    api.refuse(new NoSuchPath(request.originalUrl.split("?")[0] ?? ""), request, reply),
  );
  app.setErrorHandler((error, request, reply) => api.refuse(error, request, reply));
  return app;
}

function apiRoute(scope: FastifyInstance, api: Api, metrics: Metrics): void {
  scope.addHook("onResponse", async (request, { statusCode, elapsedTime: durationMs }) => {
    const { method } = request;
    metrics.observe({ method, route: api.routeOf(request) ?? "none", statusCode, durationMs });
  });
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", (_: FastifyRequest, payload: IncomingMessage) =>
    readStream(payload, { bytesMax: BODY_BYTES_MAX, timeoutMs: BODY_TIMEOUT_MS }),
  );
  scope.route({
    // PATCH is nowhere in v4, and is refused as any verb that a path does not have.
    method: ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"],
    url: apiPath,
    onRequest: async (request, reply) => {
      const { method, headers } = request;
      const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
      // A body on a GET is not read, and may never come: what follows it on the connection could not be told from it.
      if (hasBody && (method === "GET" || method === "HEAD")) reply.header("Connection", "close");
      await api.accept(request, reply);
    },
    handler: (request, reply) => api.handle(request, reply),
  });
}

function isApiUrl(url: string): boolean {
  if (url.split("?")[0] === openApiPath) return false;
  return url.startsWith(apiPath) && /^(\/|;|\?|$)/.test(url.slice(apiPath.length));
}

async function listen(app: FastifyInstance, options: ListenOptions, { services }: ServerDeps): Promise<Listener> {
  const { host, port, tls } = options;
  const limits = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    // Bodies have deadlines of their own (`read-stream.ts`): an image may take hours.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: HEADER_BYTES_MAX,
  };
  const routing = (...[request, response]: Parameters<typeof app.routing>) => app.routing(request, response);
  const server: HttpServer | HttpsServer =
    tls === undefined
      ? createHttpServer(limits, routing)
      : createHttpsServer({ ...limits, minVersion: "TLSv1.2", ...tls }, routing);
  server.maxConnections = CONNECTIONS_MAX;
  server.setTimeout(IDLE_SOCKET_MS);
  // `Expect: 201-created` is a wish of v4's clients, not the expectation of HTTP: Node would answer 417.
  server.on("checkExpectation", routing);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  server.on("error", (error) => services.log.error("the REST server failed", { error: describeError(error) }));
  return {
    port: (server.address() as AddressInfo).port,
    renew: (renewed) => {
      if ("setSecureContext" in server) server.setSecureContext(renewed);
    },
    close: () => closeServer(server),
  };
}

/** Requests under way have been told to stop; their connections go with them. */
async function closeServer(server: HttpServer | HttpsServer): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
