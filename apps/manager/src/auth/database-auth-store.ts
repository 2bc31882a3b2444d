import type { Db } from "../db/database.ts";
import { setDirectoryGroups } from "../db/queries/groups.ts";
import { listGrants } from "../db/queries/permissions.ts";
import {
  countSessions,
  deleteEndedSessions,
  deleteSession,
  deleteSessionFamily,
  findSession,
  insertSession,
  spendSession,
  touchSession,
} from "../db/queries/sessions.ts";
import { findUser, findUserByExternalId, findUserByLogin } from "../db/queries/users.ts";
import { transaction } from "../db/transaction.ts";
import { internalDomain } from "../domain/user/internal-user.ts";
import type { AuthStore } from "./auth-store.ts";

/** The AuthStore on the Manager's database. */
export function databaseAuthStore(db: Db): AuthStore {
  return {
    findUserById: (userId) => findUser(db, userId),
    findUserByName: async (name, domain) => findUserByLogin(db, { name, domain }),
    findUserByExternalId: (domain, namespace, externalId) =>
      findUserByExternalId(db, { domain, namespace, externalId }),
    async setDirectoryGroups(user, groupIds) {
      if (user.domain === internalDomain) return;
      await transaction(db, (tx) => setDirectoryGroups(tx, user, groupIds));
    },
    listGrants: (userId) => listGrants(db, userId),
    insertSession: (session) => transaction(db, (tx) => insertSession(tx, session)),
    findSession: (tokenHash) => findSession(db, tokenHash),
    touchSession: (tokenHash, lastUsedAtMs) => transaction(db, (tx) => touchSession(tx, tokenHash, lastUsedAtMs)),
    spendSession: (tokenHash) => transaction(db, (tx) => spendSession(tx, tokenHash)),
    deleteSessionFamily: (familyId) => transaction(db, (tx) => deleteSessionFamily(tx, familyId)),
    deleteSession: (tokenHash) => transaction(db, (tx) => deleteSession(tx, tokenHash)),
    deleteEndedSessions: (nowMs) => transaction(db, (tx) => deleteEndedSessions(tx, nowMs)),
    countSessions: (userId) => countSessions(db, userId),
  };
}
