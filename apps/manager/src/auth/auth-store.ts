import type { UserId } from "@yagura/std/ids.ts";
import type { User } from "../domain/user/user.ts";
import type { Grant } from "./authz/policy.ts";

/** Who a session belongs to and until when. Its token is not here: only the token's hash is ever stored. */
export interface Session {
  /** SHA-256 of the token, hex. */
  readonly tokenHash: string;
  readonly userId: UserId;
  /** `token`: from the SSO, sent as Bearer. `cookie`: begun by `Prefer: persistent-auth`. */
  readonly kind: "token" | "cookie";
  readonly scope: string;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number;
  /** Ends when it was not used for so long … */
  readonly idleTimeoutMs: number;
  /** … and in any case now. */
  readonly expiresAtMs: number;
}

/** What authentication needs of the database. */
export interface AuthStore {
  findUserByName(name: string, domain: string): Promise<User | undefined>;
  findUserById(userId: UserId): Promise<User | undefined>;
  /** In PHC form (`$argon2id$…`); none for users who cannot log in by password. */
  findPasswordHash(userId: UserId): Promise<string | undefined>;
  listGrants(userId: UserId): Promise<readonly Grant[]>;

  insertSession(session: Session): Promise<void>;
  findSession(tokenHash: string): Promise<Session | undefined>;
  touchSession(tokenHash: string, lastUsedAtMs: number): Promise<void>;
  deleteSession(tokenHash: string): Promise<void>;
  /** Deletes what ended before `nowMs`; returns how many. */
  deleteEndedSessions(nowMs: number): Promise<number>;
  countSessions(userId: UserId): Promise<number>;
}
