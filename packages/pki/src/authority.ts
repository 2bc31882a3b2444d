import { randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { assert } from "@yagura/std/assert.ts";
import { readCertificate } from "./certificate.ts";
import { createKey, readPrivateKey } from "./keys.ts";
import { x509 } from "./x509.ts";

/** A certificate authority: whoever has `keyPem` decides who may command the hosts. */
export interface Authority {
  readonly certificatePem: string;
  readonly keyPem: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_LIFE_MS = 10 * 365 * DAY_MS;
/** Machines that will check the certificate may be this far behind the one that signs it. */
const AUTHORITY_BACKDATE_MS = DAY_MS;

/**
 * A new authority with a key of its own, valid for ten years.
 * Its name ends in random digits: two installations with the same name on the Manager can be told apart.
 */
export async function createAuthority(options: { readonly name: string; readonly nowMs: number }): Promise<Authority> {
  const keyPem = await createKey();
  const subject: x509.JsonName = [
    { O: ["Yagura"] },
    { CN: [`${options.name.slice(0, 50)} ${randomBytes(4).toString("hex")}`] },
  ];
  return { keyPem, certificatePem: await selfSign(keyPem, subject, options.nowMs) };
}

/** The same authority (same name, same key) with another ten years: what it has signed stays valid. */
export async function renewAuthority(authority: Authority, nowMs: number): Promise<Authority> {
  const { subjectName } = new x509.X509Certificate(readCertificate(authority.certificatePem).der);
  return { ...authority, certificatePem: await selfSign(authority.keyPem, subjectName.toJSON(), nowMs) };
}

/** Whether `renewed` is the authority that is trusted already, only with other dates: same key, same name, signed by itself. */
export function isSameAuthority(trustedPem: string, renewedPem: string): boolean {
  const [trusted, renewed] = [readCertificate(trustedPem), readCertificate(renewedPem)];
  return (
    renewed.isAuthority &&
    renewed.keyFingerprint === trusted.keyFingerprint &&
    renewed.parsed.subject === trusted.parsed.subject &&
    new X509Certificate(renewed.der).verify(trusted.publicKey)
  );
}

interface SigningAlgorithm {
  readonly name: string;
  readonly hash: string;
  readonly namedCurve?: string;
}

/** The key as WebCrypto wants it, and how it signs. @throws BadPrivateKey */
export async function importSigningKey(
  keyPem: string,
): Promise<{ readonly pair: webcrypto.CryptoKeyPair; readonly algorithm: SigningAlgorithm }> {
  const key = readPrivateKey(keyPem);
  const hash = "SHA-256";
  const isEc = key.asymmetricKeyType === "ec";
  assert(isEc || key.asymmetricKeyType === "rsa", `cannot sign with a key of type ${key.asymmetricKeyType}`);
  const curve = key.asymmetricKeyDetails?.namedCurve === "secp384r1" ? "P-384" : "P-256";
  const algorithm = isEc ? { name: "ECDSA", namedCurve: curve, hash } : { name: "RSASSA-PKCS1-v1_5", hash };
  const { subtle } = webcrypto;
  const der = key.export({ type: "pkcs8", format: "der" });
  const privateKey = await subtle.importKey("pkcs8", der, algorithm, true, ["sign"]);
  const jwk = await subtle.exportKey("jwk", privateKey);
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, key_ops: _ops, ...publicJwk } = jwk;
  const publicKey = await subtle.importKey("jwk", publicJwk, algorithm, true, ["verify"]);
  return { pair: { privateKey, publicKey }, algorithm };
}

/** A random serial number of 127 bits, positive and never short. */
export function newSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

async function selfSign(keyPem: string, name: x509.JsonName, nowMs: number): Promise<string> {
  const { pair, algorithm } = await importSigningKey(keyPem);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name,
    notBefore: new Date(nowMs - AUTHORITY_BACKDATE_MS),
    notAfter: new Date(nowMs + AUTHORITY_LIFE_MS),
    keys: pair,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(pair.publicKey),
    ],
  });
  return `${certificate.toString("pem")}\n`;
}
