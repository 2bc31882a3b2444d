import { loginRefusalTexts } from "../../auth/authn/login.ts";
import { findClient } from "../../auth/sso/clients.ts";
import type { Session } from "../../domain/user/session.ts";
import { mayReturnTo, type SsoClient } from "../../domain/user/sso-client.ts";
import { loginPage, refusalPage } from "./login-page.ts";
import { isFromOurPage } from "./same-site.ts";
import { scopesOf } from "./scopes.ts";
import type { Problem, SsoAnswer, SsoParts, SsoRequest } from "./sso-request.ts";

const cookieName = "YAGURA_SSO";
const TEXT_CHARACTERS_MAX = 2000;

/** A client's wish that somebody logs in, checked: everything that is in the code comes from here. */
interface Wish {
  readonly client: SsoClient;
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly scope: string;
  readonly nonce?: string;
  readonly codeChallenge?: string;
  readonly prompt: ReadonlySet<string>;
  readonly maxAgeMs: number | undefined;
}

/** What is passed from the client through the page to the login, and checked each time. */
export const passedOn = [
  "response_type",
  "client_id",
  "redirect_uri",
  "scope",
  "state",
  "nonce",
  "code_challenge",
  "code_challenge_method",
  "prompt",
  "max_age",
] as const;

/** GET …/authorize: sends whoever is logged in back with a code, and shows everybody else the page to log in. */
export async function authorize(request: SsoRequest, parts: SsoParts): Promise<SsoAnswer> {
  const wish = await readWish(request, parts);
  if ("kind" in wish) return wish;
  const session = await parts.sessions.use(readCookie(request), "browser");
  const ageMs = session === undefined ? Number.POSITIVE_INFINITY : parts.nowMs() - session.createdAtMs;
  const isRecent = wish.maxAgeMs === undefined || ageMs <= wish.maxAgeMs;
  if (session !== undefined && isRecent && !wish.prompt.has("login")) return sendBack(wish, session, parts);
  if (wish.prompt.has("none")) {
    return sendError(wish, { code: "login_required", problem: "The user is not authenticated." });
  }
  return { kind: "page", isRefusal: false, page: pageFor(request, wish) };
}

/** POST …/login: name and password from the page. Everything else of the form is checked as if it came for the first time. */
export async function logIn(request: SsoRequest, parts: SsoParts): Promise<SsoAnswer> {
  const wish = await readWish(request, parts);
  if ("kind" in wish) return wish;
  // A page of another site must not log people in: they would work in an account that its maker reads.
  if (!isFromOurPage(request)) return refusal("The login did not come from the login page.");
  const typed = request.form.get("username") ?? "";
  const userName = typed.includes("@") ? typed : `${typed}@internal`;
  const password = request.form.get("password") ?? "";
  const result = await parts.logins.check({ userName, password, address: request.address });
  if (!result.ok) {
    const message = `Cannot log in: ${loginRefusalTexts[result.because]}`;
    return { kind: "page", isRefusal: true, page: pageFor(request, wish, message) };
  }
  const { user } = result;
  parts.audit.tell({ name: "userLoggedIn", userId: user.id, userName: `${user.name}@${user.domain}` });
  // A new one always: whatever session the browser came with may be known to somebody else.
  await parts.sessions.logOut(readCookie(request));
  const { token, session } = await parts.sessions.open({ userId: user.id, kind: "browser", scope: "" });
  const back = await sendBack(wish, session, parts);
  return back.kind === "redirect" ? { ...back, setCookie: formatCookie(token, request) } : back;
}

async function sendBack(wish: Wish, session: Session, { codes, store }: SsoParts): Promise<SsoAnswer> {
  const user = await store.findUserById(session.userId);
  if (user?.isEnabled !== true) {
    return sendError(wish, { code: "access_denied", problem: "The user account is disabled or locked." });
  }
  const { client, redirectUri, scope, nonce, codeChallenge } = wish;
  const code = await codes.issue({
    clientId: client.id,
    userId: session.userId,
    redirectUri,
    scope,
    ...(nonce !== undefined && { nonce }),
    ...(codeChallenge !== undefined && { codeChallenge }),
    authenticatedAtMs: session.createdAtMs,
    familyId: session.familyId,
  });
  return redirect(wish, { code });
}

/**
 * Until it is known that the address to return to is the client's own, nobody is sent there, also not with an error.
 * @returns the wish, or what is answered instead
 */
async function readWish({ form, origin }: SsoRequest, { db }: SsoParts): Promise<Wish | SsoAnswer> {
  const client = await findClient(db, form.get("client_id"));
  if (client === undefined) return refusal("The program that sent you here is not known to this Manager.");
  const redirectUri = form.get("redirect_uri");
  if (redirectUri === undefined || !mayReturnTo(client, redirectUri, origin)) {
    return refusal("The program that sent you here wants you back at an address that is not registered for it.");
  }
  const [codeChallenge, nonce] = [form.get("code_challenge"), form.get("nonce")];
  const wish: Wish = {
    client,
    redirectUri,
    state: form.get("state"),
    scope: scopesOf(form.get("scope") ?? "openid").join(" "),
    ...(nonce !== undefined && { nonce }),
    ...(codeChallenge !== undefined && { codeChallenge }),
    prompt: new Set(scopesOf(form.get("prompt") ?? "")),
    maxAgeMs: readSeconds(form.get("max_age")),
  };
  const problem = problemOf(wish, form);
  return problem === undefined ? wish : sendError(wish, problem);
}

function problemOf(wish: Wish, form: SsoRequest["form"]): Problem | undefined {
  const texts = passedOn.map((name) => form.get(name) ?? "");
  if (texts.some((text) => text.length > TEXT_CHARACTERS_MAX)) {
    return { code: "invalid_request", problem: "A parameter is too long." };
  }
  if (form.get("response_type") !== "code") {
    return { code: "unsupported_response_type", problem: "The response type is code." };
  }
  if (form.has("code_challenge") && form.get("code_challenge_method") !== "S256") {
    return { code: "invalid_request", problem: "The code challenge method is S256." };
  }
  if (wish.codeChallenge !== undefined && !/^[A-Za-z0-9_-]{43}$/.test(wish.codeChallenge)) {
    return { code: "invalid_request", problem: "The code challenge is a SHA-256 in base64url." };
  }
  if (wish.codeChallenge === undefined && wish.client.secretHash === undefined) {
    return { code: "invalid_request", problem: "A client without a secret needs a code challenge (PKCE, S256)." };
  }
  return undefined;
}

function readSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) * 1000 : undefined;
}

function pageFor({ form }: SsoRequest, { redirectUri, client }: Wish, message?: string) {
  const hidden = passedOn.flatMap((name) => {
    const value = form.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return loginPage({ hidden, clientId: client.id, returnsTo: new URL(redirectUri).origin, message });
}

function sendError(wish: Wish, { code, problem }: Problem): SsoAnswer {
  return redirect(wish, { error: code, error_description: problem });
}

function redirect({ redirectUri, state }: Wish, parameters: Readonly<Record<string, string>>): SsoAnswer {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.append(name, value);
  if (state !== undefined) url.searchParams.append("state", state);
  return { kind: "redirect", location: url.href };
}

function refusal(message: string): SsoAnswer {
  return { kind: "page", isRefusal: true, page: refusalPage(message) };
}

/** Lax: people come here from the client's page, and must be known then. It opens nothing but this login. */
function formatCookie(token: string, { isSecure }: SsoRequest): string {
  return `${cookieName}=${token}; Path=/ovirt-engine/sso; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
}

/** The value as it is: never decoded, never given any structure. */
function readCookie({ headers }: SsoRequest): string | undefined {
  const prefix = `${cookieName}=`;
  const pair = headers.cookie?.split(";").find((part) => part.trim().startsWith(prefix));
  return pair?.trim().slice(prefix.length);
}
