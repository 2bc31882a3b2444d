import type { UserId } from "@yagura/std/ids.ts";

/** Who is logged in, how and until when. Its token is not here: only the token's hash is ever stored. */
export interface Session {
  /** SHA-256 of the token, hex. */
  readonly tokenHash: string;
  readonly userId: UserId;
  /** `token`: from the SSO, sent as Bearer. `cookie`: begun by `Prefer: persistent-auth`. */
  readonly kind: "token" | "cookie";
  readonly scope: string;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number;
  /** It ends when it was not used for so long … */
  readonly idleTimeoutMs: number;
  /** … and in any case now. */
  readonly expiresAtMs: number;
}
