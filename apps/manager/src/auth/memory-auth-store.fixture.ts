import type { UserId } from "@yagura/std/ids.ts";
import type { UserWithPassword } from "../db/queries/users.ts";
import { internalUser } from "../domain/user/internal-user.ts";
import { predefinedRoles } from "../domain/user/predefined-roles.ts";
import type { Session } from "../domain/user/session.ts";
import { systemObject, type User } from "../domain/user/user.ts";
import type { AuthStore } from "./auth-store.ts";
import { isOpen } from "./authn/sessions.ts";
import type { Grant } from "./authz/policy.ts";

/** An AuthStore in memory, for tests of what stands on it. */
export class MemoryAuthStore implements AuthStore {
  readonly sessions = new Map<string, Session>();
  readonly users = new Map<string, User>();
  readonly passwordHashes = new Map<string, string>();
  readonly grants = new Map<string, readonly Grant[]>();
  readonly directoryGroups = new Map<string, readonly string[]>();
  touches = 0;

  /** A user of the domain `internal` with a role on the whole system. */
  addUser(name: string, passwordHash: string, roleName = "UserRole"): User {
    const user = internalUser({ id: crypto.randomUUID() as UserId, name, createdAtMs: 0 });
    const role = predefinedRoles.find((each) => each.name === roleName);
    this.users.set(user.id, user);
    this.passwordHashes.set(user.id, passwordHash);
    this.grants.set(user.id, role === undefined ? [] : [{ role, object: systemObject }]);
    return user;
  }

  async findUserByName(name: string, domain: string): Promise<UserWithPassword | undefined> {
    const user = [...this.users.values()].find((each) => each.name === name && each.domain === domain);
    const passwordHash = user && this.passwordHashes.get(user.id);
    return user && { user, ...(passwordHash !== undefined && { passwordHash }) };
  }
  async findUserById(userId: UserId): Promise<User | undefined> {
    return this.users.get(userId);
  }
  async findUserByExternalId(domain: string, namespace: string, externalId: string): Promise<User | undefined> {
    return [...this.users.values()].find(
      (each) => each.domain === domain && each.namespace === namespace && each.externalId === externalId,
    );
  }
  async setDirectoryGroups(user: User, groupIds: readonly string[]): Promise<void> {
    this.directoryGroups.set(user.id, groupIds);
  }
  async listGrants(userId: UserId): Promise<readonly Grant[]> {
    return this.grants.get(userId) ?? [];
  }
  async insertSession(session: Session): Promise<void> {
    this.sessions.set(session.tokenHash, session);
  }
  async findSession(tokenHash: string): Promise<Session | undefined> {
    return this.sessions.get(tokenHash);
  }
  async touchSession(tokenHash: string, lastUsedAtMs: number): Promise<void> {
    this.touches++;
    const session = this.sessions.get(tokenHash);
    if (session !== undefined) this.sessions.set(tokenHash, { ...session, lastUsedAtMs });
  }
  async deleteSession(tokenHash: string): Promise<void> {
    this.sessions.delete(tokenHash);
  }
  async spendSession(tokenHash: string): Promise<boolean> {
    const session = this.sessions.get(tokenHash);
    if (session?.kind !== "refresh") return false;
    this.sessions.set(tokenHash, { ...session, kind: "spent" });
    return true;
  }
  async deleteSessionFamily(familyId: string): Promise<void> {
    for (const session of [...this.sessions.values()]) {
      if (session.familyId === familyId) this.sessions.delete(session.tokenHash);
    }
  }
  async deleteEndedSessions(nowMs: number): Promise<number> {
    const ended = [...this.sessions.values()].filter((session) => !isOpen(session, nowMs));
    for (const { tokenHash } of ended) this.sessions.delete(tokenHash);
    return ended.length;
  }
  async countSessions(userId: UserId): Promise<number> {
    return [...this.sessions.values()].filter((session) => session.userId === userId).length;
  }
}
