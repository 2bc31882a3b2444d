import type { UserId } from "@yagura/std/ids.ts";

/** What somebody who has logged in takes back to the client, which gets its tokens for it: once, and within a minute. */
export interface AuthorizationCode {
  readonly codeHash: string;
  readonly clientId: string;
  readonly userId: UserId;
  readonly redirectUri: string;
  readonly scope: string;
  /** What the client wants to see again in the id token. */
  readonly nonce?: string;
  /** SHA-256 of what only the client knows that asked (RFC 7636). */
  readonly codeChallenge?: string;
  readonly authenticatedAtMs: number;
  readonly expiresAtMs: number;
  /** Of the login: sessions that come of it end with it. */
  readonly familyId: string;
}
