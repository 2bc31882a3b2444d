import type { User } from "../../domain/user/user.ts";

export const openIdPath = "/ovirt-engine/sso/openid";

/** What a client that people log in with is told of them. `sub` never changes hands; the names may. */
export function userClaims(user: User): Readonly<Record<string, unknown>> {
  const names = [user.firstName, user.lastName].filter((name) => name !== "");
  return {
    sub: user.id,
    preferred_username: `${user.name}@${user.domain}`,
    name: names.length === 0 ? user.name : names.join(" "),
    given_name: user.firstName,
    family_name: user.lastName,
    email: user.email,
  };
}

/** The same as an id token has it. */
export function idTokenClaims(
  user: User,
  about: {
    readonly origin: string;
    readonly clientId: string;
    readonly nonce?: string;
    readonly authenticatedAtMs: number;
  },
): Readonly<Record<string, unknown>> {
  return {
    iss: issuerOf(about.origin),
    aud: about.clientId,
    auth_time: Math.floor(about.authenticatedAtMs / 1000),
    acr: "0",
    ...(about.nonce !== undefined && { nonce: about.nonce }),
    ...userClaims(user),
  };
}

export function issuerOf(origin: string): string {
  return `${origin}${openIdPath}`;
}
