import { type KeyObject, X509Certificate } from "node:crypto";
import { BadCertificate } from "./errors.ts";
import { keyFingerprint } from "./keys.ts";

/** What a certificate says, once read. Nothing here is trusted: that takes `verifyCertificate`. */
export interface Certificate {
  readonly der: Buffer;
  readonly pem: string;
  readonly serialNumber: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly publicKey: KeyObject;
  /** SHA-256 of the SubjectPublicKeyInfo, as `keyFingerprintOf` gives it for the private key. */
  readonly keyFingerprint: string;
  readonly isAuthority: boolean;
  readonly parsed: X509Certificate;
}

/** Real ones have about 700 bytes; a larger text is refused before it is parsed. */
const CERTIFICATE_BYTES_MAX = 16_384;

/**
 * Reads one certificate from PEM or DER.
 * @throws BadCertificate when it is not one, or when there are several.
 */
export function readCertificate(certificate: string | Uint8Array): Certificate {
  if (certificate.length > CERTIFICATE_BYTES_MAX) {
    throw new BadCertificate(`a certificate of ${certificate.length} bytes is too long`);
  }
  if (typeof certificate === "string" && certificate.split("-----BEGIN CERTIFICATE-----").length !== 2) {
    throw new BadCertificate("expected exactly one certificate in PEM");
  }
  try {
    const parsed = new X509Certificate(certificate);
    const publicKey = parsed.publicKey;
    return {
      der: parsed.raw,
      pem: parsed.toString(),
      serialNumber: parsed.serialNumber.toLowerCase(),
      notBeforeMs: parsed.validFromDate.getTime(),
      notAfterMs: parsed.validToDate.getTime(),
      publicKey,
      keyFingerprint: keyFingerprint(publicKey),
      isAuthority: parsed.ca,
      parsed,
    };
  } catch (cause) {
    throw new BadCertificate("cannot read the certificate", { cause });
  }
}
