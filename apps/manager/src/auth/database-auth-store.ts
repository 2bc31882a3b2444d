import type { Db } from "../db/database.ts";
import { listGrants } from "../db/queries/permissions.ts";
import {
  countSessions,
  deleteEndedSessions,
  deleteSession,
  findSession,
  insertSession,
  touchSession,
} from "../db/queries/sessions.ts";
import { findUser, findUserByLogin } from "../db/queries/users.ts";
import { transaction } from "../db/transaction.ts";
import type { AuthStore } from "./auth-store.ts";

/** The AuthStore on the Manager's database. */
export function databaseAuthStore(db: Db): AuthStore {
  return {
    findUserById: (userId) => findUser(db, userId),
    findUserByName: async (name, domain) => findUserByLogin(db, { name, domain }),
    listGrants: (userId) => listGrants(db, userId),
    insertSession: (session) => transaction(db, (tx) => insertSession(tx, session)),
    findSession: (tokenHash) => findSession(db, tokenHash),
    touchSession: (tokenHash, lastUsedAtMs) => transaction(db, (tx) => touchSession(tx, tokenHash, lastUsedAtMs)),
    deleteSession: (tokenHash) => transaction(db, (tx) => deleteSession(tx, tokenHash)),
    deleteEndedSessions: (nowMs) => transaction(db, (tx) => deleteEndedSessions(tx, nowMs)),
    countSessions: (userId) => countSessions(db, userId),
  };
}
