import type { IncomingHttpHeaders } from "node:http";
import type { AuthStore } from "../auth/auth-store.ts";
import { type Logins, loginRefusalTexts } from "../auth/authn/login.ts";
import type { OpenedSession, Sessions } from "../auth/authn/sessions.ts";
import { readBasic } from "./authenticate.ts";

/** What the SSO answers. Errors are 400, as oVirt's are: clients read the body, not the status. */
export interface SsoAnswer {
  readonly isRefusal: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface SsoRequest {
  readonly form: ReadonlyMap<string, string>;
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
}

export interface SsoParts {
  readonly store: AuthStore;
  readonly logins: Logins;
  readonly sessions: Sessions;
}

const apiScope = "ovirt-app-api";
/** Name and password by HTTP Basic instead of in the form. */
const grantByHttp = "urn:ovirt:params:oauth:grant-type:http";

/** POST /ovirt-engine/sso/oauth/token: name and password for a token. */
export async function issueToken(request: SsoRequest, parts: SsoParts): Promise<SsoAnswer> {
  const scope = request.form.get("scope") ?? apiScope;
  const credentials = readCredentials(request);
  if ("problem" in credentials) return refuse(scope, credentials);
  const result = await parts.logins.check({ ...credentials, address: request.address });
  if (!result.ok) {
    const why = loginRefusalTexts[result.because];
    return refuse(scope, {
      code: "access_denied",
      problem: `Cannot authenticate user '${credentials.userName.slice(0, 255)}': ${why}`,
    });
  }
  return granted(await parts.sessions.open({ userId: result.user.id, kind: "token", scope }));
}

/** POST /ovirt-engine/sso/oauth/token-info: whose token it is, to whoever has it. */
export async function describeToken(request: SsoRequest, { sessions, store }: SsoParts): Promise<SsoAnswer> {
  const session = await sessions.find(request.form.get("token"));
  const user = session && (await store.findUserById(session.userId));
  if (session === undefined || user === undefined) {
    return refuse(request.form.get("scope") ?? apiScope, {
      code: "invalid_grant",
      problem: "The provided authorization grant for the auth code has expired.",
    });
  }
  return {
    isRefusal: false,
    body: {
      active: true,
      token_type: "bearer",
      scope: session.scope,
      exp: String(session.expiresAtMs),
      user_id: `${user.name}@${user.domain}`,
    },
  };
}

/** Ends the session of a token, if there is one; it is no error if there is none. */
export async function revokeToken(request: SsoRequest, { sessions }: SsoParts): Promise<SsoAnswer> {
  await sessions.close(request.form.get("token"));
  return { isRefusal: false, body: {} };
}

function granted({ token, session }: OpenedSession): SsoAnswer {
  // `exp` is a text of epoch milliseconds: Go clients read it as a string.
  const body = { access_token: token, scope: session.scope, exp: String(session.expiresAtMs), token_type: "bearer" };
  return { isRefusal: false, body };
}

type Credentials = { readonly userName: string; readonly password: string };
type Problem = { readonly code: string; readonly problem: string };

function readCredentials({ form, headers }: SsoRequest): Credentials | Problem {
  const grantType = form.get("grant_type");
  if (grantType === grantByHttp) {
    const [, encoded] = /^\s*Basic\s+(\S+)\s*$/i.exec(headers.authorization ?? "") ?? [];
    if (encoded === undefined) return { code: "invalid_request", problem: "The request has no Basic authorization." };
    try {
      return readBasic(encoded);
    } catch {
      // Whatever is wrong with it, it names nobody.
      return { code: "invalid_request", problem: "The Basic authorization cannot be read." };
    }
  }
  if (grantType !== "password") {
    return { code: "unsupported_grant_type", problem: "Supported grant types are password and http." };
  }
  const [userName, password] = [form.get("username"), form.get("password")];
  if (userName === undefined || password === undefined || userName === "") {
    return { code: "invalid_request", problem: "The parameters username and password are required." };
  }
  return { userName, password };
}

/** Two dialects: clients of the API read `error_code`, others what OAuth says. */
function refuse(scope: string, { code, problem }: Problem): SsoAnswer {
  const isForApi = scope.split(/[\s,+]+/).includes(apiScope);
  const body = isForApi ? { error_code: code, error: problem } : { error: code, error_description: problem };
  return { isRefusal: true, body };
}
