import type { UserId } from "@yagura/std/ids.ts";

/**
 * `token`: from the SSO, sent as Bearer. `refresh`: gets a new token when that has ended, once; then it is `spent`, and
 * kept so that its theft is noticed when it comes again. `cookie`: begun by `Prefer: persistent-auth`. `browser`: of the
 * login page, so that one logs in once for several clients.
 */
export type SessionKind = "token" | "refresh" | "spent" | "cookie" | "browser";

/** Who is logged in, how and until when. Its token is not here: only the token's hash is ever stored. */
export interface Session {
  /** SHA-256 of the token, hex. */
  readonly tokenHash: string;
  readonly userId: UserId;
  readonly kind: SessionKind;
  readonly scope: string;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number;
  /** It ends when it was not used for so long … */
  readonly idleTimeoutMs: number;
  /** … and in any case now. */
  readonly expiresAtMs: number;
  /** The client of the SSO that it was issued to; empty for those that have no name. */
  readonly clientId: string;
  /** Sessions that were begun by one login have this in common, and end together. */
  readonly familyId: string;
}
