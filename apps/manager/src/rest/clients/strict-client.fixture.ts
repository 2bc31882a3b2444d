// A client of our own that is as strict with each answer as the public clients of v4 are, over real TLS.
import assert from "node:assert/strict";
import { Agent, request } from "node:https";
import { type RestTypeName, type RestTypes, readJson, readXml } from "@yagura/rest-model";
import { newId, type UserId } from "@yagura/std/ids.ts";
import { hashPassword } from "../../auth/authn/password-hash.ts";
import { ensurePermission } from "../../db/queries/permissions.ts";
import { insertUser } from "../../db/queries/users.ts";
import { transaction } from "../../db/transaction.ts";
import { internalUser } from "../../domain/user/internal-user.ts";
import { superUserRoleId } from "../../domain/user/predefined-roles.ts";
import { systemObject } from "../../domain/user/user.ts";
import type { ManagerWorld } from "../../manager.fixture.ts";

const api = "/ovirt-engine/api";
const REQUEST_TIMEOUT_MS = 60_000;

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** How this client speaks. */
export interface Manner {
  /** What it asks for, and sends. By default XML. */
  readonly form?: "xml" | "json";
  /** By default a token. */
  readonly login?: "token" | "basic";
  /** What it sends with each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What it takes for the form it asked for. By default as the Python SDK does. */
  readonly contentType?: RegExp;
}

const user = { name: "client", password: "correct horse battery" };

/** @throws AssertionError as soon as an answer is not one that the clients of v4 take. */
export class StrictClient {
  readonly #port: number;
  readonly #manner: Manner;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16, rejectUnauthorized: false });
  #authorization = "";

  constructor(port: number, manner: Manner) {
    this.#port = port;
    this.#manner = manner;
  }

  /** As the SDKs log in: form in, JSON out, `exp` a text. */
  async logIn(): Promise<string> {
    const { name, password } = user;
    if (this.#manner.login === "basic") {
      this.#authorization = `Basic ${Buffer.from(`${name}@internal:${password}`).toString("base64")}`;
      return "";
    }
    const form = { grant_type: "password", scope: "ovirt-app-api", username: `${name}@internal`, password };
    const answer = await this.sendForm("/ovirt-engine/sso/oauth/token", form);
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.contentType, /^\s*application\/json\s*(;.*)?$/);
    const token = JSON.parse(answer.text) as Readonly<Record<string, unknown>>;
    assert.equal(typeof token["exp"], "string", "exp is a text");
    assert.equal(token["token_type"], "bearer");
    assert.ok(typeof token["access_token"] === "string" && token["access_token"] !== "");
    this.#authorization = `Bearer ${token["access_token"]}`;
    return token["access_token"];
  }

  /** With any scope; the answer is an empty object in JSON. */
  async logOut(token: string): Promise<void> {
    const answer = await this.sendForm("/ovirt-engine/services/sso-logout", { scope: "", token });
    assert.deepEqual([answer.status, JSON.parse(answer.text)], [200, {}]);
    assert.equal((await this.send("GET", "/vms")).status, 401, "the token is worth nothing any more");
  }

  async sendForm(path: string, form: Readonly<Record<string, string>>): Promise<Answer> {
    const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
    return await this.#exchange("POST", path, new URLSearchParams(form).toString(), headers);
  }

  async send(
    method: string,
    path: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const mime = `application/${this.#manner.form ?? "xml"}`;
    return await this.#exchange(method, `${api}${path}`, body, {
      authorization: this.#authorization,
      accept: mime,
      ...(body !== undefined && { "content-type": mime }),
      ...this.#manner.headers,
      ...headers,
    });
  }

  /** The root element of a list is that of its type, and 200 is the only status. */
  async list<K extends RestTypeName>(type: K, path: string): Promise<readonly RestTypes[K][]> {
    const text = this.#strict("GET", path, await this.send("GET", path), [200]);
    return this.#manner.form === "json"
      ? readJson(type, text, { collection: true })
      : readXml(type, text, { collection: true });
  }

  async get<K extends RestTypeName>(type: K, path: string): Promise<RestTypes[K]> {
    return this.#one(type, this.#strict("GET", path, await this.send("GET", path), [200]));
  }

  /** What is added has an id and an href at once. */
  async add<K extends RestTypeName>(
    type: K,
    path: string,
    body: string,
  ): Promise<RestTypes[K] & { readonly id: string }> {
    const text = this.#strict("POST", path, await this.send("POST", path, body), [200, 201, 202]);
    const made = this.#one(type, text);
    const { id, href } = made as { readonly id?: string; readonly href?: string };
    assert.ok(id !== undefined && href?.endsWith(`/${id}`), `POST ${path}: ${text}`);
    return { ...made, id };
  }

  async update<K extends RestTypeName>(type: K, path: string, body: string): Promise<RestTypes[K]> {
    return this.#one(type, this.#strict("PUT", path, await this.send("PUT", path, body), [200]));
  }

  async act(path: string, body = this.#manner.form === "json" ? "{}" : "<action/>"): Promise<RestTypes["action"]> {
    const action = this.#one(
      "action",
      this.#strict("POST", path, await this.send("POST", path, body), [200, 201, 202]),
    );
    assert.ok(["complete", "pending", "in_progress"].includes(action.status ?? ""), `POST ${path}: ${action.status}`);
    return action;
  }

  async remove(path: string): Promise<void> {
    this.#strict("DELETE", path, await this.send("DELETE", path), [200]);
  }

  /** "Not there" is a 404 without a body, or with one in the form asked for: never HTML. */
  async absent(path: string): Promise<void> {
    const answer = await this.send("GET", path);
    assert.equal(answer.status, 404, `GET ${path}: ${answer.text}`);
    if (answer.text !== "") this.#checkFault(`GET ${path}`, answer);
  }

  /** A refusal in the shape of a fault; its `detail`, from which clients tell what happened. */
  async refused(method: string, path: string, status: number, body?: string): Promise<string> {
    const answer = await this.send(method, path, body);
    assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
    return this.#checkFault(`${method} ${path}`, answer);
  }

  /** Which of these requests the Manager does not serve yet: 404 or 501. Any other fault fails the test. */
  async notServed(
    requests: readonly (readonly [method: string, path: string, body?: string])[],
  ): Promise<readonly string[]> {
    const missing: string[] = [];
    for (const [method, path, body] of requests) {
      const { status, text } = await this.send(method, path, body);
      if (status === 404 || status === 501) missing.push(`${method} ${path.replaceAll(/[0-9a-f-]{36}/g, "{}")}`);
      else assert.ok(status < 300, `${method} ${path}: ${status} ${text}`);
    }
    return missing;
  }

  /** Polls as the clients do, until the Manager says what is waited for. */
  async until<K extends RestTypeName>(
    type: K,
    path: string,
    is: (value: RestTypes[K]) => boolean,
  ): Promise<RestTypes[K]> {
    const deadline = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    for (;;) {
      const value = await this.get(type, path);
      if (is(value)) return value;
      assert.ok(!deadline.aborted, `${path} did not become what was waited for: ${JSON.stringify(value)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** As go-ovirt-client, CSI and virt-v2v wait: no job of this id is started, and each has finished. */
  async jobsEnd(correlationId: string): Promise<void> {
    const deadline = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    for (;;) {
      const jobs = await this.list("job", `/jobs?search=correlation_id%3D${correlationId}`);
      if (jobs.every(({ status }) => status !== "started"))
        return assert.ok(jobs.every(({ status }) => status === "finished"));
      assert.ok(!deadline.aborted, `the jobs of ${correlationId} did not end`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  #one<K extends RestTypeName>(type: K, text: string): RestTypes[K] {
    return this.#manner.form === "json" ? readJson(type, text) : readXml(type, text);
  }

  /** Status, type of content, addresses and dates of an answer; its text. */
  #strict(method: string, path: string, answer: Answer, statuses: readonly number[]): string {
    const what = `${method} ${path}: ${answer.status} ${answer.text}`;
    assert.ok(statuses.includes(answer.status), what);
    assert.match(answer.contentType, this.#manner.contentType ?? this.#contentType(), what);
    // Clients follow links below the address that they were given only.
    for (const [, href = ""] of answer.text.matchAll(/href"?[=:]\s*"([^"]*)"/g)) {
      assert.ok(href.startsWith(`${api}/`) || href === api, `${what}: ${href}`);
    }
    // Go takes no date without a zone.
    for (const [date] of answer.text.matchAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:[^<"\s]*/g)) {
      assert.match(date, /^[\d-]+T[\d:.]+(Z|[+-]\d\d:\d\d)$/, what);
    }
    return answer.text;
  }

  #contentType(): RegExp {
    return this.#manner.form === "json" ? /^\s*application\/json\s*(;.*)?$/ : /^\s*(application|text)\/xml\s*(;.*)?$/;
  }

  #checkFault(what: string, { text, contentType }: Answer): string {
    assert.match(contentType, this.#contentType(), what);
    const isAction = /^(<\?xml[^>]*>)?\s*<action[\s>]/.test(text);
    const fault = isAction ? this.#one("action", text).fault : this.#one("fault", text);
    assert.ok(fault?.reason !== undefined && fault.detail !== undefined, `${what}: ${text}`);
    return fault.detail;
  }

  async #exchange(
    method: string,
    path: string,
    body: string | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const outgoing = request(
      {
        host: "127.0.0.1",
        port: this.#port,
        path,
        method,
        agent: this.#agent,
        headers: { ...headers, ...length },
        signal,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 0,
            contentType: incoming.headers["content-type"] ?? "",
            headers: incoming.headers,
            text: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
    return await promise;
  }
}

/** A client of this Manager, logged in as an administrator of its own. */
export async function strictClient(
  world: ManagerWorld,
  manner: Manner = {},
): Promise<StrictClient & { readonly token: string }> {
  const { db, clock } = world.manager.services;
  const admin = internalUser({ id: newId<UserId>(), name: user.name, createdAtMs: clock.nowMs() });
  const passwordHash = await hashPassword(user.password);
  await transaction(db, async (tx) => {
    await insertUser(tx, admin, passwordHash);
    const to = { type: "user", id: admin.id } as const;
    await ensurePermission(tx, { id: newId(), to, roleId: superUserRoleId, object: systemObject });
  });
  const client = new StrictClient(world.manager.httpsPort, manner);
  return Object.assign(client, { token: await client.logIn() });
}
