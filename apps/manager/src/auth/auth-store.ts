import type { UserId } from "@yagura/std/ids.ts";
import type { UserWithPassword } from "../db/queries/users.ts";
import type { Session } from "../domain/user/session.ts";
import type { User } from "../domain/user/user.ts";
import type { Grant } from "./authz/policy.ts";

/** What authentication needs of the database. */
export interface AuthStore {
  /** With the password's hash in PHC form (`$argon2id$…`), if he has a password. */
  findUserByName(name: string, domain: string): Promise<UserWithPassword | undefined>;
  findUserById(userId: UserId): Promise<User | undefined>;
  listGrants(userId: UserId): Promise<readonly Grant[]>;

  insertSession(session: Session): Promise<void>;
  findSession(tokenHash: string): Promise<Session | undefined>;
  touchSession(tokenHash: string, lastUsedAtMs: number): Promise<void>;
  deleteSession(tokenHash: string): Promise<void>;
  /** Deletes what ended before `nowMs`; returns how many. */
  deleteEndedSessions(nowMs: number): Promise<number>;
  countSessions(userId: UserId): Promise<number>;
}
