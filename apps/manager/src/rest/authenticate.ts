import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { AuthStore } from "../auth/auth-store.ts";
import type { CallerLimiter } from "../auth/authn/caller-limiter.ts";
import { type Logins, loginRefusalTexts } from "../auth/authn/login.ts";
import type { LoginAudit } from "../auth/authn/login-audit.ts";
import type { Sessions } from "../auth/authn/sessions.ts";
import type { Grant } from "../auth/authz/policy.ts";
import type { Session } from "../domain/user/session.ts";
import type { User } from "../domain/user/user.ts";
import { apiPath } from "./edge/target.ts";
import { CrossSiteRequest, NotAuthenticated } from "./refusals.ts";
import { isForApi } from "./sso/scopes.ts";

/** Who sent a request. */
export interface Identity {
  readonly user: User;
  readonly grants: readonly Grant[];
  /** None: the password came with the request. */
  readonly session?: Session | undefined;
  /** The `Set-Cookie` of the answer: a session was begun, or has ended. */
  readonly setCookie?: string;
}

export interface Sender {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
  readonly isSecure: boolean;
}

export interface AuthenticationParts {
  readonly store: AuthStore;
  readonly logins: Logins;
  readonly sessions: Sessions;
  readonly callers: CallerLimiter;
  readonly audit: LoginAudit;
}

const cookieName = "JSESSIONID";
const csrfScope = "csrf-protection";

/**
 * Finds out who sent a request: by Bearer token, by Basic name and password, or by the cookie of a session that Basic
 * began with `Prefer: persistent-auth`. Everything that is looked up is a string of a known form; what is not, is nobody.
 * @throws NotAuthenticated, CrossSiteRequest, TooManyRequests
 */
export async function authenticate(sender: Sender, parts: AuthenticationParts): Promise<Identity> {
  const identity = await identify(sender, parts);
  parts.callers.take(identity.user.id);
  return identity;
}

async function identify(sender: Sender, parts: AuthenticationParts): Promise<Identity> {
  const { authorization } = sender.headers;
  const [scheme, credentials] = splitAuthorization(authorization);
  if (scheme === "bearer") return byToken(credentials, parts);
  if (scheme !== undefined && scheme !== "basic") throw new NotAuthenticated("this kind of authorization is not known");
  const cookie = readCookie(sender.headers.cookie);
  if (scheme === undefined && cookie === undefined) throw new NotAuthenticated("log in first");
  // What a browser sends along by itself must not be used by other sites.
  refuseOtherSites(sender);
  return scheme === "basic" ? byPassword(credentials, sender, parts) : byCookie(cookie ?? "", sender, parts);
}

async function byToken(token: string, { store, sessions }: AuthenticationParts): Promise<Identity> {
  const session = await sessions.use(token, "token");
  const user = session && (await store.findUserById(session.userId));
  if (session !== undefined && !isForApi(session.scope)) throw new NotAuthenticated("the token is not for the API");
  if (user?.isEnabled !== true) throw new NotAuthenticated("the token is not valid, or not any more");
  return { user, grants: await store.listGrants(user.id), session };
}

/**
 * The same identity later, with what it may do by then, without using its session; `undefined` when it is not logged in
 * any more. For answers that go on for hours.
 */
export async function authenticateAgain(
  { user: { id }, session }: Identity,
  { store, sessions }: AuthenticationParts,
): Promise<Identity | undefined> {
  if (session !== undefined && !(await sessions.isOpen(session))) return undefined;
  const user = await store.findUserById(id);
  if (user?.isEnabled !== true) return undefined;
  return { user, grants: await store.listGrants(id), ...(session !== undefined && { session }) };
}

async function byPassword(credentials: string, sender: Sender, parts: AuthenticationParts): Promise<Identity> {
  const { userName, password } = readBasic(credentials);
  const result = await parts.logins.check({ userName, password, address: sender.address });
  if (!result.ok) throw new NotAuthenticated(loginRefusalTexts[result.because]);
  const identity = { user: result.user, grants: await parts.store.listGrants(result.user.id) };
  const preferences = readPreferences(sender.headers);
  if (!preferences.has("persistent-auth")) return identity;
  const { user } = result;
  parts.audit.tell({ name: "userLoggedIn", userId: user.id, userName: `${user.name}@${user.domain}` });
  const minutes = Number(sender.headers["session-ttl"]);
  const { token } = await parts.sessions.open({
    userId: user.id,
    kind: "cookie",
    scope: preferences.has(csrfScope) ? csrfScope : "",
    idleTimeoutMinutes: Number.isInteger(minutes) ? minutes : undefined,
  });
  return { ...identity, setCookie: formatCookie(token, sender.isSecure) };
}

async function byCookie(token: string, sender: Sender, { store, sessions }: AuthenticationParts): Promise<Identity> {
  const session = await sessions.use(token, "cookie");
  const user = session && (await store.findUserById(session.userId));
  if (user?.isEnabled !== true) throw new NotAuthenticated("the session has ended");
  if (session?.scope === csrfScope && !isSame(sender.headers[cookieName.toLowerCase()], token)) {
    throw new CrossSiteRequest(`the session needs the header ${cookieName}`);
  }
  const identity = { user, grants: await store.listGrants(user.id), session };
  if (readPreferences(sender.headers).has("persistent-auth")) return identity;
  // A request that does not ask to keep the session ends it.
  await sessions.close(token);
  return { ...identity, setCookie: `${formatCookie("", sender.isSecure)}; Max-Age=0` };
}

function refuseOtherSites({ method, headers }: Sender): void {
  if (method === "GET" || method === "HEAD") return;
  const { origin, host } = headers;
  const isForeign = typeof origin === "string" && origin.replace(/^https?:\/\//, "") !== host;
  if (isForeign || headers["sec-fetch-site"] === "cross-site") {
    throw new CrossSiteRequest("requests from pages of other sites are not answered");
  }
}

function splitAuthorization(header: string | undefined): [scheme: string | undefined, credentials: string] {
  const match = /^\s*([A-Za-z-]+)\s+(\S+)\s*$/.exec(header ?? "");
  if (match !== null) return [match[1]?.toLowerCase(), match[2] ?? ""];
  return header === undefined || header.trim() === "" ? [undefined, ""] : ["unknown", ""];
}

/** Name and password of a Basic authorization. @throws NotAuthenticated */
export function readBasic(credentials: string): { userName: string; password: string } {
  const text = Buffer.from(credentials, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1) throw new NotAuthenticated("the authorization cannot be read");
  return { userName: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** The value as it is: it is never decoded, parsed or given any structure. */
function readCookie(header: string | undefined): string | undefined {
  const prefix = `${cookieName}=`;
  const pair = header?.split(";").find((part) => part.trim().startsWith(prefix));
  const value = pair?.trim().slice(prefix.length);
  return value === "" ? undefined : value;
}

function formatCookie(token: string, isSecure: boolean): string {
  return `${cookieName}=${token}; Path=${apiPath}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
}

function readPreferences(headers: IncomingHttpHeaders): ReadonlySet<string> {
  const { prefer } = headers;
  const text = Array.isArray(prefer) ? prefer.join(",") : (prefer ?? "");
  return new Set(text.split(/[,;]/).map((preference) => preference.trim().toLowerCase()));
}

function isSame(header: string | string[] | undefined, token: string): boolean {
  if (typeof header !== "string" || header.length !== token.length) return false;
  const [a, b] = [Buffer.from(header), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
