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
  /** By what his directory calls him for ever. */
  findUserByExternalId(domain: string, namespace: string, externalId: string): Promise<User | undefined>;
  /** Of a foreign directory: he is in those of its groups that we know, and in no others of it. Nothing for our own. */
  setDirectoryGroups(user: User, groupIds: readonly string[]): Promise<void>;
  listGrants(userId: UserId): Promise<readonly Grant[]>;

  insertSession(session: Session): Promise<void>;
  findSession(tokenHash: string): Promise<Session | undefined>;
  touchSession(tokenHash: string, lastUsedAtMs: number): Promise<void>;
  deleteSession(tokenHash: string): Promise<void>;
  /** Marks a token that gets new tokens as used; `false` when it was not there any more, or used before. */
  spendSession(tokenHash: string): Promise<boolean>;
  /** All that one login has begun. */
  deleteSessionFamily(familyId: string): Promise<void>;
  /** Deletes what ended before `nowMs`; returns how many. */
  deleteEndedSessions(nowMs: number): Promise<number>;
  countSessions(userId: UserId): Promise<number>;
}
