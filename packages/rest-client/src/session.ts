import { CannotLogIn } from "./errors.ts";
import type { Http } from "./http.ts";
import { type Credentials, requestToken, revokeToken } from "./login.ts";

/** Holds the token of one user; gets a new one at most once at a time, however many calls ask for it. */
export class Session {
  readonly #http: Http;
  readonly #credentials: Credentials;
  #token: string | undefined;
  #login: Promise<string> | undefined;

  constructor(http: Http, credentials: Credentials) {
    this.#http = http;
    this.#credentials = credentials;
    if ("token" in credentials) this.#token = credentials.token;
  }

  /** The present token, logging in if there is none. @throws CannotLogIn, CannotReachManager. */
  async token(): Promise<string> {
    if (this.#token !== undefined) return this.#token;
    this.#login ??= this.#logIn().finally(() => {
      this.#login = undefined;
    });
    return await this.#login;
  }

  /** The Manager no longer takes this token. A newer one stays. */
  forget(token: string): void {
    if (this.#token === token) this.#token = undefined;
  }

  async logout(): Promise<void> {
    const token = this.#token;
    this.#token = undefined;
    if (token !== undefined) await revokeToken(this.#http, token);
  }

  async #logIn(): Promise<string> {
    if ("token" in this.#credentials) throw new CannotLogIn("the login has expired or was ended");
    const token = await requestToken(this.#http, this.#credentials);
    this.#token = token;
    return token;
  }
}
