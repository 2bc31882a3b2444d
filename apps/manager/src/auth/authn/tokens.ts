import { createHash, randomBytes } from "node:crypto";

const TOKEN_BYTES = 32;
/** 32 bytes as base64url; anything else was not made by us. */
const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

/** A new opaque token: it means nothing by itself and cannot be guessed. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}

/**
 * What is stored of a token and looked up by. Of 256 random bits a plain hash is enough, and looking up by it leaks
 * nothing through timing. `undefined` for anything that cannot be a token: an empty one is never "any session".
 */
export function hashToken(token: unknown): string | undefined {
  if (typeof token !== "string" || !tokenPattern.test(token)) return undefined;
  return createHash("sha256").update(token).digest("hex");
}
