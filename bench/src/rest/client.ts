import { Agent, request } from "node:https";
import { performance } from "node:perf_hooks";

export interface Reply {
  readonly ms: number;
  readonly firstByteMs: number;
  readonly bytes: number;
  readonly text: string;
}

/** A client that keeps its connections, as the SDKs do. */
export class Client {
  readonly #agent: Agent;
  readonly #port: number;
  readonly #token: string;

  constructor({ port, ca, token = "" }: { readonly port: number; readonly ca: string; readonly token?: string }) {
    // The name in the certificate is the machine's; this goes to loopback.
    this.#agent = new Agent({ keepAlive: true, maxSockets: 64, ca, checkServerIdentity: () => undefined });
    this.#port = port;
    this.#token = token;
  }

  /** Reads all of an answer; its text is kept only if asked for. */
  get(path: string, { keeps = false }: { readonly keeps?: boolean } = {}): Promise<Reply> {
    const startedMs = performance.now();
    return new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port: this.#port, agent: this.#agent, path, headers: this.#headers() };
      const sent = request(options, (response) => {
        const firstByteMs = performance.now() - startedMs;
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (keeps) chunks.push(chunk);
        });
        response.once("error", reject);
        response.once("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          if (response.statusCode !== 200) reject(new Error(`${path}: HTTP ${response.statusCode} ${text}`));
          else resolve({ ms: performance.now() - startedMs, firstByteMs, bytes, text });
        });
      });
      sent.once("error", reject);
      sent.end();
    });
  }

  /** A token for `admin@internal`. */
  login(password: string): Promise<string> {
    const form = new URLSearchParams({
      grant_type: "password",
      scope: "ovirt-app-api",
      username: "admin@internal",
      password,
    });
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
      const path = "/ovirt-engine/sso/oauth/token";
      const sent = request(
        { host: "127.0.0.1", port: this.#port, agent: this.#agent, method: "POST", path, headers },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (chunk) => {
            text += chunk;
          });
          response.once("error", reject);
          response.once("end", () => resolve((JSON.parse(text) as { access_token: string }).access_token));
        },
      );
      sent.once("error", reject);
      sent.end(form.toString());
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #headers(): Record<string, string> {
    return { accept: "application/xml", ...(this.#token !== "" && { authorization: `Bearer ${this.#token}` }) };
  }
}
