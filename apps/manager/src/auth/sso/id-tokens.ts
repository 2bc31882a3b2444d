import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { Clock } from "@yagura/std/clock.ts";
import { exportJWK, type JSONWebKeySet, SignJWT } from "jose";
import type { Db } from "../../db/database.ts";
import { deleteSigningKeysBefore, insertSigningKey, listSigningKeys, type SigningKey } from "../../db/queries/sso.ts";
import { transaction } from "../../db/transaction.ts";

const DAY_MS = 24 * 60 * 60_000;
/** Then there is a new key; tokens of the old one can be checked for some days more. */
const KEY_USED_MS = 90 * DAY_MS;
const KEY_KNOWN_MS = KEY_USED_MS + 7 * DAY_MS;
/** An id token says who somebody is at this moment; it opens nothing. */
const TOKEN_SECONDS = 300;
/** All OpenID clients know it. */
export const idTokenAlgorithm = "RS256";

/** Signs id tokens. The keys are in the database, so that all Managers have the same. */
export class IdTokens {
  readonly #db: Db;
  readonly #clock: Clock;
  #known: { readonly key: SigningKey; readonly privateKey: KeyObject } | undefined;

  constructor(db: Db, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** @param claims with `iss`, `sub` and `aud`; times are added. */
  async sign(claims: Readonly<Record<string, unknown>>): Promise<string> {
    const { key, privateKey } = await this.#current();
    const nowSeconds = Math.floor(this.#clock.nowMs() / 1000);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: idTokenAlgorithm, typ: "JWT", kid: key.id })
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + TOKEN_SECONDS)
      .sign(privateKey);
  }

  /** The public halves of all keys whose tokens may still be about. */
  async keys(): Promise<JSONWebKeySet> {
    await this.#current();
    const oldestMs = this.#clock.nowMs() - KEY_KNOWN_MS;
    const keys = (await listSigningKeys(this.#db)).filter(({ createdAtMs }) => createdAtMs >= oldestMs);
    const published = keys.map(async ({ id, privateKey }) => ({
      ...(await exportJWK(createPublicKey(privateKey))),
      kid: id,
      use: "sig",
      alg: idTokenAlgorithm,
    }));
    return { keys: await Promise.all(published) };
  }

  async #current() {
    if (this.#known === undefined || !this.#isFresh(this.#known.key)) {
      const key = (await this.#newest()) ?? (await this.#make());
      this.#known = { key, privateKey: createPrivateKey(key.privateKey) };
    }
    return this.#known;
  }

  async #newest(): Promise<SigningKey | undefined> {
    const [key] = await listSigningKeys(this.#db);
    return key !== undefined && this.#isFresh(key) ? key : undefined;
  }

  async #make(): Promise<SigningKey> {
    // Before the transaction: it takes some tenths of a second.
    const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
    const made: SigningKey = {
      id: crypto.randomUUID(),
      privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      createdAtMs: this.#clock.nowMs(),
    };
    return transaction(this.#db, async (tx) => {
      // Another Manager may have been faster.
      const [key] = await listSigningKeys(tx);
      if (key !== undefined && this.#isFresh(key)) return key;
      await deleteSigningKeysBefore(tx, made.createdAtMs - KEY_KNOWN_MS);
      await insertSigningKey(tx, made);
      return made;
    });
  }

  #isFresh({ createdAtMs }: SigningKey): boolean {
    return this.#clock.nowMs() - createdAtMs < KEY_USED_MS;
  }
}
