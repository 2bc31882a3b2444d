import { type KeyObject, sign, verify } from "node:crypto";
import { readPrivateKey } from "./keys.ts";

export type StatementFields = Readonly<Record<string, string | number>>;

/**
 * Signs a statement: proof that its sender has the private key now, about these very values.
 * `purpose` keeps a signature made for one thing from being used for another.
 * @returns base64; ECDSA as DER (RFC 3279), RSA as PKCS #1 v1.5, both over SHA-256.
 */
export function signStatement(purpose: string, fields: StatementFields, keyPem: string): string {
  return sign("sha256", statementBytes(purpose, fields), readPrivateKey(keyPem)).toString("base64");
}

/** Whether `signature` (base64) is this statement's, made by the private half of `publicKey`. */
export function isStatementSigned(
  purpose: string,
  fields: StatementFields,
  proof: { readonly publicKey: KeyObject; readonly signature: string },
): boolean {
  try {
    return verify("sha256", statementBytes(purpose, fields), proof.publicKey, Buffer.from(proof.signature, "base64"));
  } catch {
    // A key of a kind that cannot verify, or a signature that is no signature: not signed.
    return false;
  }
}

/** The purpose on a line, then `name: value` lines sorted by name; values are JSON, so that no value can look like another line. */
function statementBytes(purpose: string, fields: StatementFields): Buffer {
  const lines = Object.entries(fields)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return Buffer.from([purpose, ...lines, ""].join("\n"), "utf8");
}
