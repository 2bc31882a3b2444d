import { CannotLogIn, StrangeAnswer } from "./errors.ts";
import type { Http, HttpAnswer } from "./http.ts";

/** How the client shows who it is. A token cannot be renewed by it; a password can. */
export type Credentials = { readonly username: string; readonly password: string } | { readonly token: string };

const LOGIN_TIMEOUT_MS = 30_000;
const LOGOUT_TIMEOUT_MS = 5_000;
const scope = "ovirt-app-api";
const form = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };

/**
 * A token for this user. v4 answers wrong credentials with 400 and `error_code`, other errors as OAuth does.
 * @throws CannotLogIn when the Manager says no, StrangeAnswer when it is not a Manager, CannotReachManager.
 */
export async function requestToken(
  http: Http,
  { username, password }: { readonly username: string; readonly password: string },
  signal?: AbortSignal,
): Promise<string> {
  const answer = await http.send({
    method: "POST",
    path: "/ovirt-engine/sso/oauth/token",
    headers: form,
    body: new URLSearchParams({ grant_type: "password", scope, username, password }).toString(),
    timeoutMs: LOGIN_TIMEOUT_MS,
    signal,
  });
  const json = parseObject(answer);
  const token = json["access_token"];
  if (answer.status === 200 && typeof token === "string" && token !== "") return token;
  const said = json["error_description"] ?? json["error"];
  if (typeof said === "string") throw new CannotLogIn(`cannot log in as ${username}: ${said}`);
  throw new StrangeAnswer(`the login of the Manager answered with HTTP ${answer.status} and no token`);
}

/** Ends the session of this token. @throws CannotReachManager; whatever the Manager answers, the token is forgotten. */
export async function revokeToken(http: Http, token: string): Promise<void> {
  await http.send({
    method: "POST",
    path: "/ovirt-engine/services/sso-logout",
    headers: form,
    body: new URLSearchParams({ scope, token }).toString(),
    timeoutMs: LOGOUT_TIMEOUT_MS,
  });
}

function parseObject({ body }: HttpAnswer): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(body.toString("utf8"));
    return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    // A page instead of JSON: the caller sees no token and no error, and says so.
    return {};
  }
}
