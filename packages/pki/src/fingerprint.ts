import { createHash, timingSafeEqual } from "node:crypto";
import { readCertificate } from "./certificate.ts";

export interface Fingerprints {
  /** 64 hex digits in lower case, without colons. */
  readonly sha256: string;
  /** As `vdsm-tool register --fingerprint` wants it: SHA-1, pairs of hex digits joined by colons. */
  readonly sha1: string;
}

/** Fingerprints of a certificate: hashes of its DER bytes. @throws BadCertificate */
export function fingerprints(certificate: string | Uint8Array): Fingerprints {
  const { der } = readCertificate(certificate);
  const hash = (algorithm: string): string => createHash(algorithm).update(der).digest("hex");
  return { sha256: hash("sha256"), sha1: (hash("sha1").match(/../g) ?? []).join(":") };
}

/** A SHA-256 fingerprint as people write it (any case, with or without colons or spaces) as 64 hex digits, or `undefined`. */
export function findFingerprint(text: string): string | undefined {
  const plain = text
    .replace(/^sha-?256[:=]/i, "")
    .replace(/[\s:]/g, "")
    .toLowerCase();
  return /^[0-9a-f]{64}$/.test(plain) ? plain : undefined;
}

/** Whether two fingerprints of the same kind are equal, in a time that does not tell how far they agree. */
export function sameFingerprint(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
