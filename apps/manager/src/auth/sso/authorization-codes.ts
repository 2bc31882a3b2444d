import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "@yagura/std/clock.ts";
import type { Db } from "../../db/database.ts";
import { deleteSessionFamily } from "../../db/queries/sessions.ts";
import { deleteEndedCodes, insertCode, useCode } from "../../db/queries/sso.ts";
import { transaction } from "../../db/transaction.ts";
import type { AuthorizationCode } from "../../domain/user/authorization-code.ts";
import { hashToken, newToken } from "../authn/tokens.ts";

/** As long as a browser needs to go back with it. */
const CODE_MS = 60_000;
/** What was used is kept for some time, so that its second use is noticed. */
const KEPT_MS = 60 * 60_000;

export type NewCode = Omit<AuthorizationCode, "codeHash" | "expiresAtMs">;

/** Who comes with a code. */
export interface CodeBearer {
  readonly clientId: string;
  readonly redirectUri: string | undefined;
  readonly codeVerifier: string | undefined;
}

/** Codes of the code flow, in the database: another Manager may be asked for the tokens. */
export class AuthorizationCodes {
  readonly #db: Db;
  readonly #clock: Clock;

  constructor(db: Db, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  async issue(code: NewCode): Promise<string> {
    const text = newToken();
    const nowMs = this.#clock.nowMs();
    await transaction(this.#db, async (tx) => {
      await deleteEndedCodes(tx, nowMs - KEPT_MS);
      await insertCode(tx, { ...code, codeHash: hashToken(text) ?? "", expiresAtMs: nowMs + CODE_MS });
    });
    return text;
  }

  /**
   * What the code stands for, if it is this bearer's and was not used. A code that comes twice was seen by somebody else:
   * then all that has come of it ends.
   */
  async redeem(text: unknown, bearer: CodeBearer): Promise<AuthorizationCode | undefined> {
    const codeHash = hashToken(text);
    if (codeHash === undefined) return undefined;
    return transaction(this.#db, async (tx) => {
      const used = await useCode(tx, codeHash);
      if (used === undefined) return undefined;
      const { code, wasUsed } = used;
      if (wasUsed) await deleteSessionFamily(tx, code.familyId);
      if (wasUsed || this.#clock.nowMs() >= code.expiresAtMs) return undefined;
      return isOf(code, bearer) ? code : undefined;
    });
  }
}

/** Pure. */
export function isOf(code: AuthorizationCode, { clientId, redirectUri, codeVerifier }: CodeBearer): boolean {
  if (code.clientId !== clientId || code.redirectUri !== redirectUri) return false;
  // A verifier for a code that was asked for without a challenge would be an answer to no question: somebody took it out.
  if (code.codeChallenge === undefined) return codeVerifier === undefined;
  return codeVerifier !== undefined && isProof(code.codeChallenge, codeVerifier);
}

/** RFC 7636, 4.1 and 4.6; only S256: `plain` proves nothing to whoever has seen the question. */
function isProof(challenge: string, verifier: string): boolean {
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) return false;
  const proof = Buffer.from(createHash("sha256").update(verifier, "ascii").digest("base64url"));
  const expected = Buffer.from(challenge);
  return proof.length === expected.length && timingSafeEqual(proof, expected);
}
