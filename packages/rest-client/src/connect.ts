import type { Api, Event } from "@yagura/rest-model";
import { type FollowEventsOptions, followEvents } from "./events.ts";
import { RootResources } from "./generated/resources.ts";
import { type HttpAnswer, openHttp, type Trust } from "./http.ts";
import { type WaitForJobsOptions, waitForJobs } from "./jobs.ts";
import type { Credentials } from "./login.ts";
import { managerOrigin } from "./manager-url.ts";
import { Session } from "./session.ts";
import { type QueryParameters, type RequestOptions, Wire } from "./wire.ts";

export type ConnectOptions = Credentials &
  Trust & {
    /** Address of the Manager: "https://m.example.com", with or without the path of the API. */
    readonly url: string;
    /** What is spoken on the wire. */
    readonly format?: "json" | "xml" | undefined;
    /** Language of faults, as in Accept-Language. */
    readonly locale?: string | undefined;
  };

/**
 * A Manager and everything it has. Collections have the names of the model: `vms`, `storage_domains`;
 * `vms.at(id).disk_attachments` is what is below an item.
 */
export class ManagerClient extends RootResources implements Disposable {
  /** Documents at any path of the model, for programs that are driven by its tables. */
  readonly documents: Wire;
  readonly #session: Session;
  readonly #http: Disposable;

  constructor(parts: { readonly wire: Wire; readonly session: Session; readonly http: Disposable }) {
    super(parts.wire, "");
    this.documents = parts.wire;
    this.#session = parts.session;
    this.#http = parts.http;
  }

  /** The root document: product, version, counts, who is logged in. */
  api(options: RequestOptions = {}): Promise<Api> {
    return this.documents.get("api", "", {}, options);
  }

  /** The answer to a GET of any path below the API ("/vms"), as it came. */
  raw(path: string, parameters: QueryParameters = {}, options: RequestOptions = {}): Promise<HttpAnswer> {
    return this.documents.raw(path, parameters, options);
  }

  /** The token of this session, for handing it on; logs in if need be. */
  token(): Promise<string> {
    return this.#session.token();
  }

  /** Events as they happen; see `followEvents`. */
  followEvents(options: FollowEventsOptions = {}): AsyncGenerator<Event, void> {
    return followEvents(this.events, options);
  }

  /** Waits for the jobs of calls made with this correlation id; see `waitForJobs`. */
  waitForJobs(correlationId: string, options: WaitForJobsOptions): Promise<void> {
    return waitForJobs(this.jobs, correlationId, options);
  }

  /** Ends the session at the Manager. The next call logs in again, if it has a password. */
  logout(): Promise<void> {
    return this.#session.logout();
  }

  /** Lets go of the connections. The session stays valid: `logout` ends it. */
  close(): void {
    this.#http[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Logs in to a Manager.
 * @throws CannotReachManager, CannotLogIn, BadManagerUrl, StrangeAnswer.
 */
export async function connectManager(options: ConnectOptions): Promise<ManagerClient> {
  const { url, ca, insecure, format = "json", locale } = options;
  const http = openHttp(managerOrigin(url), { ca, insecure });
  try {
    const credentials: Credentials =
      "token" in options ? { token: options.token } : { username: options.username, password: options.password };
    const session = new Session(http, credentials);
    await session.token();
    return new ManagerClient({ wire: new Wire({ http, session, format, locale }), session, http });
  } catch (error) {
    http[Symbol.dispose]();
    throw error;
  }
}
