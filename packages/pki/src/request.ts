import { createPublicKey, type KeyObject } from "node:crypto";
import { importSigningKey } from "./authority.ts";
import { BadCertificateRequest } from "./errors.ts";
import { keyFingerprint, whyUnfit } from "./keys.ts";
import { x509 } from "./x509.ts";

/** What we take from a certificate request: the key, and the proof that its sender has the private half. */
export interface CertificateRequest {
  readonly publicKey: KeyObject;
  readonly keyFingerprint: string;
  readonly der: Buffer;
}

/** A request has about 400 bytes with ECDSA and 1,600 with RSA 4096. */
export const REQUEST_CHARS_MAX = 8192;

/** A certificate request (PKCS #10, PEM) signed with `keyPem`. The name in it is for people only: the issuer decides names. */
export async function createRequest(options: {
  readonly keyPem: string;
  readonly commonName: string;
}): Promise<string> {
  const { pair, algorithm } = await importSigningKey(options.keyPem);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [options.commonName.slice(0, 64)] }],
    keys: pair,
    signingAlgorithm: algorithm,
  });
  return `${request.toString("pem")}\n`;
}

/**
 * Reads a certificate request and checks that its own key signed it.
 * @throws BadCertificateRequest
 */
export async function readRequest(requestPem: string): Promise<CertificateRequest> {
  if (requestPem.length > REQUEST_CHARS_MAX) throw new BadCertificateRequest("the certificate request is too long");
  if (
    !/^\s*-----BEGIN (NEW )?CERTIFICATE REQUEST-----[A-Za-z0-9+/=\s]+-----END (NEW )?CERTIFICATE REQUEST-----\s*$/.test(
      requestPem,
    )
  ) {
    throw new BadCertificateRequest("not a certificate request in PEM");
  }
  const { request, publicKey } = parse(requestPem);
  const unfit = whyUnfit(publicKey);
  if (unfit !== undefined) throw new BadCertificateRequest(unfit);
  // Before anything else is done with it: a key that someone else holds must not get a certificate.
  const isSigned = await request.verify().catch(() => false);
  if (!isSigned) throw new BadCertificateRequest("the certificate request is not signed by its own key");
  return { publicKey, keyFingerprint: keyFingerprint(publicKey), der: Buffer.from(request.rawData) };
}

function parse(requestPem: string): { request: x509.Pkcs10CertificateRequest; publicKey: KeyObject } {
  try {
    const request = new x509.Pkcs10CertificateRequest(requestPem.trim());
    const publicKey = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: "der", type: "spki" });
    return { request, publicKey };
  } catch (cause) {
    throw new BadCertificateRequest("cannot read the certificate request", { cause });
  }
}
