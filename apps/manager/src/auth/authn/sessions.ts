import type { Clock } from "@yagura/std/clock.ts";
import { newId, type UserId } from "@yagura/std/ids.ts";
import type { Session } from "../../domain/user/session.ts";
import type { AuthStore } from "../auth-store.ts";
import { hashToken, newToken } from "./tokens.ts";

const MINUTE_MS = 60_000;
/** oVirt's default for a session that nobody uses. */
const IDLE_TIMEOUT_MS = 30 * MINUTE_MS;
const IDLE_TIMEOUT_MS_MAX = 24 * 60 * MINUTE_MS;
/** However busy: then one logs in again. */
const LIFETIME_MS = 24 * 60 * MINUTE_MS;
/** Being used is written down at most this often: a client's thousand requests are not a thousand writes. */
const TOUCH_EVERY_MS = MINUTE_MS;
/** A client that logs in for each request and never out would otherwise fill the database. */
const SESSIONS_OF_USER_MAX = 5000;

export interface NewSession {
  readonly userId: UserId;
  readonly kind: Session["kind"];
  readonly scope: string;
  readonly clientId?: string;
  /** Of a login that has sessions already; else it begins one of its own. */
  readonly familyId?: string;
  /** From the header `Session-TTL`. */
  readonly idleTimeoutMinutes?: number | undefined;
}

export interface OpenedSession {
  /** Given to the client once; we do not have it again. */
  readonly token: string;
  readonly session: Session;
}

export class TooManySessions extends Error {
  override readonly name = "TooManySessions";

  constructor() {
    super("this user has too many open sessions; log out, or wait until some have ended");
  }
}

/** Sessions by token: begun by a login, ended by logout, idleness or age. */
export class Sessions {
  readonly #store: AuthStore;
  readonly #clock: Clock;

  constructor(store: AuthStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** @throws TooManySessions */
  async open({ userId, kind, scope, clientId, familyId, idleTimeoutMinutes }: NewSession): Promise<OpenedSession> {
    const nowMs = this.#clock.nowMs();
    if ((await this.#store.countSessions(userId)) >= SESSIONS_OF_USER_MAX) {
      await this.#store.deleteEndedSessions(nowMs);
      if ((await this.#store.countSessions(userId)) >= SESSIONS_OF_USER_MAX) throw new TooManySessions();
    }
    const token = newToken();
    const session: Session = {
      tokenHash: hashToken(token) ?? "",
      userId,
      kind,
      scope,
      createdAtMs: nowMs,
      lastUsedAtMs: nowMs,
      idleTimeoutMs: kind === "refresh" ? LIFETIME_MS : idleTimeout(idleTimeoutMinutes),
      expiresAtMs: nowMs + LIFETIME_MS,
      clientId: clientId ?? "",
      familyId: familyId ?? newId(),
    };
    await this.#store.insertSession(session);
    return { token, session };
  }

  /** The session of a token and that it is used now; `undefined` if there is none, or it has ended. */
  async use(token: unknown, kind: Session["kind"]): Promise<Session | undefined> {
    const session = await this.find(token);
    if (session === undefined || session.kind !== kind) return undefined;
    const nowMs = this.#clock.nowMs();
    if (nowMs - session.lastUsedAtMs >= Math.min(TOUCH_EVERY_MS, session.idleTimeoutMs / 4)) {
      await this.#store.touchSession(session.tokenHash, nowMs);
    }
    return session;
  }

  /** The session of a token, without using it. */
  async find(token: unknown): Promise<Session | undefined> {
    const tokenHash = hashToken(token);
    if (tokenHash === undefined) return undefined;
    const session = await this.#store.findSession(tokenHash);
    return session !== undefined && isOpen(session, this.#clock.nowMs()) ? session : undefined;
  }

  /** Whether a session that was found before has not ended since, without using it. */
  async isOpen({ tokenHash }: Session): Promise<boolean> {
    const session = await this.#store.findSession(tokenHash);
    return session !== undefined && isOpen(session, this.#clock.nowMs());
  }

  /** One session. */
  async close(token: unknown): Promise<void> {
    const tokenHash = hashToken(token);
    if (tokenHash !== undefined) await this.#store.deleteSession(tokenHash);
  }

  /** All that was begun by the same login. Returns the session of the token, if there was one. */
  async logOut(token: unknown): Promise<Session | undefined> {
    const tokenHash = hashToken(token);
    const session = tokenHash === undefined ? undefined : await this.#store.findSession(tokenHash);
    if (session === undefined) return undefined;
    await this.#store.deleteSession(session.tokenHash);
    if (session.familyId !== "") await this.#store.deleteSessionFamily(session.familyId);
    return session;
  }

  /**
   * Takes a refresh token, once: `undefined` when it is none, has ended, or was taken before. That it comes twice means
   * that somebody else has it: then all that its login has begun ends.
   */
  async takeRefresh(token: unknown): Promise<Session | undefined> {
    const session = await this.find(token);
    if (session === undefined || (session.kind !== "refresh" && session.kind !== "spent")) return undefined;
    if (await this.#store.spendSession(session.tokenHash)) return session;
    await this.#store.deleteSessionFamily(session.familyId);
    return undefined;
  }
}

/** Whether a session still counts. Pure. */
export function isOpen(session: Session, nowMs: number): boolean {
  return nowMs < session.expiresAtMs && nowMs - session.lastUsedAtMs < session.idleTimeoutMs;
}

function idleTimeout(minutes: number | undefined): number {
  if (minutes === undefined || !Number.isInteger(minutes) || minutes < 1) return IDLE_TIMEOUT_MS;
  return Math.min(minutes * MINUTE_MS, IDLE_TIMEOUT_MS_MAX);
}
