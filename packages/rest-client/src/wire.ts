import {
  type Action,
  apiRoot,
  BadDocument,
  type Fault,
  type RestTypeName,
  type RestTypes,
  readJson,
  readXml,
  writeJson,
  writeXml,
} from "@yagura/rest-model";
import { CannotLogIn, RestFault, StrangeAnswer } from "./errors.ts";
import type { Http, HttpAnswer } from "./http.ts";
import type { Session } from "./session.ts";

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** By default 60 s. */
  readonly timeoutMs?: number | undefined;
  /** Joins the jobs and events that the call causes; see `waitForJobs`. */
  readonly correlationId?: string | undefined;
  /** In small letters: `{ filter: "true" }`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A request of one's own making. */
export interface RawRequest {
  readonly method: string;
  /** Below the API, with its query: "/vms?max=1". */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

export type QueryParameters = Readonly<Record<string, string | number | boolean | undefined>>;

const REQUEST_TIMEOUT_MS = 60_000;

/** The path of one item. An id that would address something else (empty, "..") is our caller's mistake. */
export function itemPath(collectionPath: string, id: string): string {
  if (id === "" || id === "." || id === "..") throw new TypeError(`not an id: ${JSON.stringify(id)}`);
  return `${collectionPath}/${encodeURIComponent(id)}`;
}

export interface WireOptions {
  readonly http: Http;
  readonly session: Session;
  readonly format: "json" | "xml";
  readonly locale?: string | undefined;
}

/** Calls of the API: documents of the model out and in, faults as errors, a new login when the old one has ended. */
export class Wire {
  readonly #options: WireOptions;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  async list<K extends RestTypeName>(
    type: K,
    path: string,
    parameters: QueryParameters,
    options: RequestOptions,
  ): Promise<readonly RestTypes[K][]> {
    const answer = await this.#send("GET", path, parameters, options);
    return this.#understand(path, () => {
      const lenient = { collection: true, unknownWords: "leave out" } as const;
      return isXml(answer) ? readXml(type, answer.body, lenient) : readJson(type, answer.body, lenient);
    });
  }

  async get<K extends RestTypeName>(
    type: K,
    path: string,
    parameters: QueryParameters,
    options: RequestOptions,
  ): Promise<RestTypes[K]> {
    return this.#readOne(type, path, await this.#send("GET", path, parameters, options));
  }

  async add<K extends RestTypeName>(
    type: K,
    path: string,
    body: RestTypes[K],
    parameters: QueryParameters,
    options: RequestOptions,
  ): Promise<RestTypes[K]> {
    return this.#readOne(type, path, await this.#send("POST", path, parameters, options, this.#write(type, body)));
  }

  async update<K extends RestTypeName>(
    type: K,
    path: string,
    body: RestTypes[K],
    parameters: QueryParameters,
    options: RequestOptions,
  ): Promise<RestTypes[K]> {
    return this.#readOne(type, path, await this.#send("PUT", path, parameters, options, this.#write(type, body)));
  }

  async remove(path: string, parameters: QueryParameters, options: RequestOptions): Promise<void> {
    await this.#send("DELETE", path, parameters, options);
  }

  /** @throws RestFault also when the answer is a 200 whose action failed. */
  async act(path: string, name: string, body: Action, options: RequestOptions): Promise<Action> {
    const actionPath = `${path}/${name.replaceAll("_", "")}`;
    const answer = await this.#send("POST", actionPath, {}, options, this.#write("action", body));
    const action = this.#readOne("action", actionPath, answer);
    if (action.status === "failed" || action.fault !== undefined) {
      throw faultOf(`POST ${actionPath}`, answer.status, action.fault ?? {});
    }
    return action;
  }

  /** The answer to a GET of any path below the API, as it came. */
  async raw(path: string, parameters: QueryParameters, options: RequestOptions): Promise<HttpAnswer> {
    return await this.#send("GET", path, parameters, options);
  }

  /**
   * Any request below the API, and its answer as it came, also when it says no. Headers go before our own.
   * @throws CannotLogIn, CannotReachManager, DeadlineExceeded.
   */
  async exchange(request: RawRequest, options: RequestOptions = {}): Promise<HttpAnswer> {
    return await this.#exchange(request, options);
  }

  #write<K extends RestTypeName>(type: K, value: RestTypes[K]): string {
    return this.#options.format === "xml" ? writeXml(type, value) : writeJson(type, value);
  }

  #readOne<K extends RestTypeName>(type: K, path: string, answer: HttpAnswer): RestTypes[K] {
    return this.#understand(path, () => {
      const lenient = { unknownWords: "leave out" } as const;
      return isXml(answer) ? readXml(type, answer.body, lenient) : readJson(type, answer.body, lenient);
    });
  }

  #understand<T>(path: string, read: () => T): T {
    try {
      return read();
    } catch (cause) {
      if (!(cause instanceof BadDocument)) throw cause;
      throw new StrangeAnswer(`cannot understand the answer of the Manager to ${apiRoot}${path}`, { cause });
    }
  }

  async #send(
    method: string,
    path: string,
    parameters: QueryParameters,
    options: RequestOptions,
    body?: string,
  ): Promise<HttpAnswer> {
    const query = queryOf(parameters, options.correlationId);
    const request = { method, path: `${path}${query}`, ...(body !== undefined && { body }) };
    const answer = await this.#exchange(request, options);
    // The SDKs of v4 take only these; 3xx and 204 mean that something else than a Manager answers.
    if ([200, 201, 202].includes(answer.status)) return answer;
    if (answer.status < 400) throw new StrangeAnswer(`${method} ${path} was answered with HTTP ${answer.status}`);
    throw readFault(`${method} ${path}`, answer);
  }

  async #exchange({ method, path, headers, body }: RawRequest, options: RequestOptions): Promise<HttpAnswer> {
    const attempt = async (token: string): Promise<HttpAnswer> =>
      await this.#options.http.send({
        method,
        path: `${apiRoot}${path}`,
        headers: { ...this.#headers(token, body !== undefined), ...options.headers, ...headers },
        ...(body !== undefined && { body }),
        timeoutMs: options.timeoutMs ?? REQUEST_TIMEOUT_MS,
        signal: options.signal,
      });
    const token = await this.#options.session.token();
    let answer = await attempt(token);
    if (answer.status === 401) {
      this.#options.session.forget(token);
      answer = await attempt(await this.#options.session.token());
    }
    if (answer.status === 401) throw new CannotLogIn("the Manager refuses the login that it has just given");
    return answer;
  }

  #headers(token: string, hasBody: boolean): Record<string, string> {
    const { format, locale } = this.#options;
    const mime = `application/${format}`;
    return {
      accept: mime,
      authorization: `Bearer ${token}`,
      version: "4",
      ...(hasBody && { "content-type": mime }),
      ...(locale !== undefined && { "accept-language": locale }),
    };
  }
}

function queryOf(parameters: QueryParameters, correlationId: string | undefined): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...parameters, correlation_id: correlationId })) {
    if (value !== undefined) query.set(name, String(value));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

function isXml({ headers }: HttpAnswer): boolean {
  return /^(application|text)\/xml\b/.test(String(headers["content-type"] ?? ""));
}

/** A fault stands alone, or inside the action that failed; a 404 may have no body at all. */
export function readFault(attempt: string, answer: HttpAnswer): RestFault {
  const text = answer.body.toString("utf8");
  const inXml = isXml(answer);
  try {
    if (inXml) {
      const fault = /<fault[\s>]/.test(text) && !/<action[\s>]/.test(text);
      return faultOf(attempt, answer.status, fault ? readXml("fault", text) : (readXml("action", text).fault ?? {}));
    }
    return faultOf(attempt, answer.status, readJson("action", text).fault ?? readJson("fault", text));
  } catch (error) {
    if (!(error instanceof BadDocument)) throw error;
    return faultOf(attempt, answer.status, {});
  }
}

function faultOf(attempt: string, status: number, { reason = "", detail = "" }: Fault): RestFault {
  return new RestFault(attempt, { status, reason, detail });
}
