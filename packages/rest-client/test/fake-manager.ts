// A Manager for tests of whatever speaks to one: answers with documents of the model, in XML or JSON as asked, and
// writes down what it was asked. It knows no rules; a test says what is answered.
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { apiRoot, type RestTypeName, type RestTypes, readJson, readXml, writeJson, writeXml } from "@yagura/rest-model";

export interface SeenRequest {
  readonly method: string;
  /** Below the root of the API: "/vms"; whole for anything else. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** The body as a document of the model. */
  document<K extends RestTypeName>(type: K): RestTypes[K];
}

export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Written in the form that was asked for. */
  readonly one?: readonly [RestTypeName, object];
  readonly list?: readonly [RestTypeName, readonly object[]];
  /** As it is. */
  readonly text?: string;
}

export type Route = (request: SeenRequest) => FakeAnswer | Promise<FakeAnswer>;

export interface FakeManager extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** The token that is valid now; every login gives a new one. */
  readonly token: string;
  /** "GET /vms/{id}" -> its answer; "{…}" stands for any one part of the path. A later route wins. */
  on(route: string, answer: Route | FakeAnswer): void;
  /** As if the token had expired. */
  expireToken(): void;
  /** "GET /vms" and so on, without the logins. */
  log(): string[];
}

export interface FakeManagerOptions {
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly password?: string;
  /** What the Manager says its authority is. */
  readonly authority?: string;
}

export async function startFakeManager(options: FakeManagerOptions = {}): Promise<FakeManager> {
  const { tls, password = "secret", authority = "" } = options;
  const routes: { readonly pattern: RegExp; readonly answer: Route | FakeAnswer }[] = [];
  const requests: SeenRequest[] = [];
  let logins = 0;
  let token = "no token yet";

  const on: FakeManager["on"] = (route, answer) => {
    const pattern = route.replace(/[.?+*()]/g, "\\$&").replaceAll(/\{\w+\}/g, "[^/]+");
    routes.unshift({ pattern: new RegExp(`^${pattern}$`), answer });
  };
  const root = (path: string): string => path.slice(apiRoot.length);
  on("POST /ovirt-engine/sso/oauth/token", ({ body }) => {
    const form = new URLSearchParams(body);
    if (form.get("password") !== password || form.get("scope") !== "ovirt-app-api") {
      return {
        status: 400,
        text: JSON.stringify({
          error_code: "access_denied",
          error: `Cannot authenticate user ${form.get("username")}: The user name or password is incorrect..`,
        }),
      };
    }
    logins += 1;
    token = `token-${logins}`;
    const json = { access_token: token, scope: "ovirt-app-api", exp: "4102444800000", token_type: "bearer" };
    return { text: JSON.stringify(json) };
  });
  on("POST /ovirt-engine/services/sso-logout", { text: "{}" });
  on("GET /ovirt-engine/services/pki-resource", { headers: { "content-type": "text/plain" }, text: authority });

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    requests.push(request);
    send(response, incoming, await answerTo(request));
  }

  async function answerTo(request: SeenRequest): Promise<FakeAnswer> {
    const isApi = !request.path.startsWith("/ovirt-engine");
    if (isApi && request.headers.authorization !== `Bearer ${token}`) return { status: 401 };
    const found = routes.find(({ pattern }) => pattern.test(`${request.method} ${request.path}`));
    if (found === undefined) return { status: 404 };
    return typeof found.answer === "function" ? await found.answer(request) : found.answer;
  }

  async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
    const url = new URL(incoming.url ?? "/", "http://fake");
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    const isXml = incoming.headers["content-type"] === "application/xml";
    return {
      method: incoming.method ?? "",
      path: url.pathname.startsWith(apiRoot) ? root(url.pathname) : url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body,
      document: (type) => (isXml ? readXml(type, body) : readJson(type, body)),
    };
  }

  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    serve(incoming, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  };
  const server = tls === undefined ? createHttpServer(listener) : createHttpsServer(tls, listener);
  server.listen(0, "127.0.0.1");
  await new Promise<void>((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    requests,
    get token() {
      return token;
    },
    on,
    expireToken: () => {
      token = "expired";
    },
    log: () =>
      requests.filter(({ path }) => !path.startsWith("/ovirt-engine")).map(({ method, path }) => `${method} ${path}`),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, incoming: IncomingMessage, answer: FakeAnswer): void {
  const asXml = incoming.headers.accept === "application/xml";
  const type = asXml ? "application/xml;charset=UTF-8" : "application/json";
  const body = bodyOf(answer, asXml);
  response.writeHead(answer.status ?? 200, { ...(body !== "" && { "content-type": type }), ...answer.headers });
  response.end(body);
}

function bodyOf({ one, list, text = "" }: FakeAnswer, asXml: boolean): string {
  const collection = { collection: true } as const;
  if (one !== undefined) return asXml ? writeXml(one[0], one[1]) : writeJson(one[0], one[1]);
  if (list !== undefined)
    return asXml ? writeXml(list[0], list[1], collection) : writeJson(list[0], list[1], collection);
  return text;
}
