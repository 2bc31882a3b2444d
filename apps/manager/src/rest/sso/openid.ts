import { idTokenAlgorithm } from "../../auth/sso/id-tokens.ts";
import { issuerOf, userClaims } from "./claims.ts";
import { answer, refuse, type SsoAnswer, type SsoParts, type SsoRequest } from "./sso-request.ts";

/** GET …/openid/.well-known/openid-configuration: what is where, for OpenID clients (OpenID Connect Discovery 1.0). */
export async function describeProvider({ origin }: SsoRequest): Promise<SsoAnswer> {
  const issuer = issuerOf(origin);
  return answer({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    revocation_endpoint: `${origin}/ovirt-engine/sso/oauth/revoke`,
    scopes_supported: ["openid", "offline_access", "ovirt-app-api"],
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: ["authorization_code", "refresh_token", "password"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [idTokenAlgorithm],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
    code_challenge_methods_supported: ["S256"],
    claims_supported: [
      "sub",
      "iss",
      "aud",
      "auth_time",
      "nonce",
      "name",
      "given_name",
      "family_name",
      "preferred_username",
      "email",
    ],
  });
}

/** GET …/openid/jwks: what id tokens are checked with. */
export async function describeKeys(_: SsoRequest, { idTokens }: SsoParts): Promise<SsoAnswer> {
  return answer({ ...(await idTokens.keys()) });
}

/** …/openid/userinfo: who the bearer of a token is. */
export async function describeUser({ headers, form }: SsoRequest, parts: SsoParts): Promise<SsoAnswer> {
  const [, bearer] = /^\s*Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? "") ?? [];
  const session = await parts.sessions.use(bearer ?? form.get("access_token"), "token");
  const user = session && (await parts.store.findUserById(session.userId));
  if (user?.isEnabled !== true) {
    return refuse("openid", { code: "invalid_token", problem: "Session expired" }, "token");
  }
  return answer(userClaims(user));
}
