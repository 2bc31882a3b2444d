import { type LoginRefusal, loginRefusalTexts } from "../../auth/authn/login.ts";
import type { OpenedSession } from "../../auth/authn/sessions.ts";
import { findProvenClient } from "../../auth/sso/clients.ts";
import type { Session } from "../../domain/user/session.ts";
import type { User } from "../../domain/user/user.ts";
import { readBasic } from "../authenticate.ts";
import { idTokenClaims } from "./claims.ts";
import { apiScope, scopesOf } from "./scopes.ts";
import {
  answer,
  clientProblem,
  grantExpired,
  type Problem,
  readClient,
  refuse,
  type SsoAnswer,
  type SsoParts,
  type SsoRequest,
} from "./sso-request.ts";

/** Name and password by HTTP Basic instead of in the form. */
const grantByHttp = "urn:ovirt:params:oauth:grant-type:http";
/** Whoever asks for it gets a refresh token too. */
const offlineScope = "offline_access";

/** POST /ovirt-engine/sso/oauth/token and …/openid/token: a token for a password, a code, or a refresh token. */
export function issueToken(request: SsoRequest, parts: SsoParts): Promise<SsoAnswer> {
  switch (request.form.get("grant_type")) {
    case "password":
      return byPassword(request, parts, readForm(request));
    case grantByHttp:
      return byPassword(request, parts, readHeader(request));
    case "authorization_code":
      return byCode(request, parts);
    case "refresh_token":
      return byRefresh(request, parts);
    default:
      return Promise.resolve(
        refuse(scopeOf(request), {
          code: "unsupported_grant_type",
          problem: "Supported grant types are password, http, authorization_code and refresh_token.",
        }),
      );
  }
}

type Credentials = { readonly userName: string; readonly password: string };

async function byPassword(request: SsoRequest, parts: SsoParts, read: Credentials | Problem): Promise<SsoAnswer> {
  const scope = scopeOf(request);
  if ("problem" in read) return refuse(scope, read);
  const result = await parts.logins.check({ ...read, address: request.address });
  if (!result.ok) return refuse(scope, loginProblem(read.userName, result.because));
  const { user } = result;
  parts.audit.tell({ name: "userLoggedIn", userId: user.id, userName: `${user.name}@${user.domain}` });
  const opened = await parts.sessions.open({ userId: user.id, kind: "token", scope });
  return answer({ ...granted(opened), ...(await refreshOf(opened, parts)) });
}

/** The sentence in which clients look for the reason. */
export function loginProblem(userName: string, because: LoginRefusal): Problem {
  const why = loginRefusalTexts[because];
  return { code: "access_denied", problem: `Cannot authenticate user '${userName.slice(0, 255)}': ${why}` };
}

async function byCode(request: SsoRequest, parts: SsoParts): Promise<SsoAnswer> {
  const { form } = request;
  const scope = form.get("scope") ?? "";
  const client = await findProvenClient(parts.db, readClient(request));
  const problem = clientProblem(client);
  if (client === undefined || problem !== undefined) return refuse(scope, problem ?? grantExpired);
  const code = await parts.codes.redeem(form.get("code"), {
    clientId: client.id,
    redirectUri: form.get("redirect_uri"),
    codeVerifier: form.get("code_verifier"),
  });
  const user = code && (await parts.store.findUserById(code.userId));
  if (code === undefined || user?.isEnabled !== true) return refuse(scope, grantExpired);
  const { familyId } = code;
  const opened = await parts.sessions.open({
    userId: user.id,
    kind: "token",
    scope: code.scope,
    clientId: client.id,
    familyId,
  });
  const claims = idTokenClaims(user, { origin: request.origin, ...code });
  const isOpenId = scopesOf(code.scope).includes("openid");
  return answer({
    ...granted(opened),
    ...(await refreshOf(opened, parts)),
    ...(isOpenId && { id_token: await parts.idTokens.sign(claims) }),
  });
}

async function byRefresh(request: SsoRequest, parts: SsoParts): Promise<SsoAnswer> {
  const scope = scopeOf(request);
  const { clientId, secret } = readClient(request);
  const session = await parts.sessions.takeRefresh(request.form.get("refresh_token"));
  if (session === undefined) return refuse(scope, grantExpired);
  const isClient = await isHisClient(session, { clientId, secret }, parts);
  const user: User | undefined = isClient ? await parts.store.findUserById(session.userId) : undefined;
  if (user?.isEnabled !== true) return refuse(scope, grantExpired);
  const { familyId } = session;
  // No more than was granted: another scope in the request changes nothing.
  const opened = await parts.sessions.open({
    userId: user.id,
    kind: "token",
    scope: session.scope,
    clientId: session.clientId,
    familyId,
  });
  return answer({ ...granted(opened), ...(await refreshOf(opened, parts)) });
}

/** A refresh token is worth something only to the client it was given to. */
async function isHisClient(
  { clientId: issuedTo }: Session,
  { clientId, secret }: ReturnType<typeof readClient>,
  { db }: SsoParts,
): Promise<boolean> {
  if (issuedTo === "") return true;
  return clientId === issuedTo && (await findProvenClient(db, { clientId, secret })) !== undefined;
}

async function refreshOf({ session }: OpenedSession, { sessions }: SsoParts): Promise<{ refresh_token?: string }> {
  const { userId, scope, clientId, familyId } = session;
  if (!scopesOf(scope).includes(offlineScope)) return {};
  const { token } = await sessions.open({ userId, kind: "refresh", scope, clientId, familyId });
  return { refresh_token: token };
}

function granted({ token, session }: OpenedSession): Record<string, unknown> {
  // `exp` is a text of epoch milliseconds: Go clients read it as a string.
  return { access_token: token, scope: session.scope, exp: String(session.expiresAtMs), token_type: "bearer" };
}

function scopeOf({ form }: SsoRequest): string {
  return form.get("scope") ?? apiScope;
}

function readForm({ form }: SsoRequest): Credentials | Problem {
  const [userName, password] = [form.get("username"), form.get("password")];
  if (userName === undefined || password === undefined || userName === "") {
    return { code: "invalid_request", problem: "The parameters username and password are required." };
  }
  return { userName, password };
}

function readHeader({ headers }: SsoRequest): Credentials | Problem {
  const { authorization } = headers;
  if (/^\s*Negotiate\b/i.test(authorization ?? "")) {
    return {
      code: "access_denied",
      problem: "No directory with Kerberos is set up; use Basic authorization, or the grant type password.",
    };
  }
  const [, encoded] = /^\s*Basic\s+(\S+)\s*$/i.exec(authorization ?? "") ?? [];
  if (encoded === undefined) return { code: "invalid_request", problem: "The request has no Basic authorization." };
  try {
    return readBasic(encoded);
  } catch {
    // Whatever is wrong with it, it names nobody.
    return { code: "invalid_request", problem: "The Basic authorization cannot be read." };
  }
}
