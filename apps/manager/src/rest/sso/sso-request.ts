import type { IncomingHttpHeaders } from "node:http";
import type { AuthStore } from "../../auth/auth-store.ts";
import type { Logins } from "../../auth/authn/login.ts";
import type { LoginAudit } from "../../auth/authn/login-audit.ts";
import type { Sessions } from "../../auth/authn/sessions.ts";
import type { AuthorizationCodes } from "../../auth/sso/authorization-codes.ts";
import type { IdTokens } from "../../auth/sso/id-tokens.ts";
import type { Db } from "../../db/database.ts";
import type { SsoClient } from "../../domain/user/sso-client.ts";
import type { Page } from "../site/html.ts";
import { isForApi } from "./scopes.ts";

/** A form, from the body or the query: names to texts, never anything else. */
export interface SsoRequest {
  readonly method: string;
  readonly form: ReadonlyMap<string, string>;
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
  /** Where the client reached us: "https://manager.example". */
  readonly origin: string;
  readonly isSecure: boolean;
}

/** What the SSO answers. */
export type SsoAnswer =
  | {
      readonly kind: "json";
      readonly body: Readonly<Record<string, unknown>>;
      /** Refusals are 400, as oVirt's are, also of passwords: clients read the body. Only a bad Bearer token is 401. */
      readonly refused?: "request" | "token";
    }
  | { readonly kind: "page"; readonly page: Page; readonly isRefusal: boolean }
  | { readonly kind: "redirect"; readonly location: string; readonly setCookie?: string };

export interface SsoParts {
  readonly db: Db;
  readonly store: AuthStore;
  readonly logins: Logins;
  readonly sessions: Sessions;
  readonly codes: AuthorizationCodes;
  readonly idTokens: IdTokens;
  readonly audit: LoginAudit;
  nowMs(): number;
}

export interface Problem {
  readonly code: string;
  readonly problem: string;
}

/** Two dialects: clients of the API read `error_code`, others what OAuth says. */
export function refuse(scope: string, { code, problem }: Problem, refused: "request" | "token" = "request"): SsoAnswer {
  const body = isForApi(scope) ? { error_code: code, error: problem } : { error: code, error_description: problem };
  return { kind: "json", refused, body };
}

export function answer(body: Readonly<Record<string, unknown>>): SsoAnswer {
  return { kind: "json", body };
}

export const grantExpired: Problem = {
  code: "invalid_grant",
  problem: "The provided authorization grant for the auth code has expired.",
};

/** Name and secret of the client that asks: by Basic authorization, or in the form. */
export function readClient({ form, headers }: SsoRequest): {
  readonly clientId: string | undefined;
  readonly secret: string | undefined;
} {
  const [, encoded] = /^\s*Basic\s+(\S+)\s*$/i.exec(headers.authorization ?? "") ?? [];
  if (encoded === undefined) return { clientId: form.get("client_id"), secret: form.get("client_secret") };
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1) return { clientId: undefined, secret: undefined };
  return { clientId: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) };
}

/** RFC 6749, 2.3.1: both are form-encoded before they are put together. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    // Not encoded: oVirt's own clients do not.
    return text;
  }
}

/** Why a client is not taken for the one it says it is. */
export function clientProblem(client: SsoClient | undefined): Problem | undefined {
  return client === undefined
    ? { code: "unauthorized_client", problem: "The client is not known, or its secret is wrong." }
    : undefined;
}
