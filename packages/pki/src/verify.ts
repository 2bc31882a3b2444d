import { type Certificate, readCertificate } from "./certificate.ts";
import { BadCertificate } from "./errors.ts";
import { type PeerIdentity, peerIdentity } from "./peer-identity.ts";

export type Distrust =
  | "unreadable"
  | "other authority"
  | "an authority itself"
  | "not yet valid"
  | "expired"
  | "wrong role";

export type Verdict =
  | { readonly isTrusted: true; readonly certificate: Certificate; readonly identity: PeerIdentity }
  | { readonly isTrusted: false; readonly because: Distrust };

export interface VerifyOptions {
  readonly authorityPem: string;
  readonly nowMs: number;
  readonly role: "manager" | "host";
  /** For the one thing that an expired certificate can still do: renew. */
  readonly mayBeExpired?: boolean;
}

/**
 * Whether a certificate was issued by this authority, is of this role, and is valid now.
 * A certificate from a peer that fails is an answer, not an error.
 * @throws BadCertificate when the *authority's* certificate cannot be read.
 */
export function verifyCertificate(certificatePem: string | Uint8Array, options: VerifyOptions): Verdict {
  const authority = readCertificate(options.authorityPem);
  const certificate = findCertificate(certificatePem);
  if (certificate === undefined) return { isTrusted: false, because: "unreadable" };
  if (!isIssuedBy(certificate, authority)) return { isTrusted: false, because: "other authority" };
  if (certificate.isAuthority) return { isTrusted: false, because: "an authority itself" };
  if (options.nowMs < certificate.notBeforeMs) return { isTrusted: false, because: "not yet valid" };
  if (options.mayBeExpired !== true && options.nowMs > certificate.notAfterMs)
    return { isTrusted: false, because: "expired" };
  const identity = peerIdentity(certificate.der);
  if (identity.role !== options.role) return { isTrusted: false, because: "wrong role" };
  return { isTrusted: true, certificate, identity };
}

function findCertificate(certificatePem: string | Uint8Array): Certificate | undefined {
  try {
    return readCertificate(certificatePem);
  } catch (error) {
    if (error instanceof BadCertificate) return undefined;
    throw error;
  }
}

function isIssuedBy(certificate: Certificate, authority: Certificate): boolean {
  return certificate.parsed.checkIssued(authority.parsed) && certificate.parsed.verify(authority.publicKey);
}
