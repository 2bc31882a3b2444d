import { createPublicKey } from "node:crypto";
import { isIP } from "node:net";
import type { HostId } from "@yagura/std/ids.ts";
import { type Authority, importSigningKey, newSerialNumber } from "./authority.ts";
import { readCertificate } from "./certificate.ts";
import { readPrivateKey } from "./keys.ts";
import { readRequest } from "./request.ts";
import { x509 } from "./x509.ts";

const HOUR_MS = 60 * 60 * 1000;
/** The longest life that browsers accept in a server's certificate; oVirt's hosts have the same. */
export const CERTIFICATE_LIFE_MS = 398 * 24 * HOUR_MS;
/** A host whose clock is behind by less than this can use its certificate at once. */
export const BACKDATE_MS = HOUR_MS;

interface Subject {
  readonly role: "manager" | "host";
  readonly commonName: string;
  readonly alternativeNames: x509.JsonGeneralNames;
  readonly usages: readonly ("server" | "client")[];
  readonly publicKeyDer: Buffer;
}

export interface HostCertificateOptions {
  readonly requestPem: string;
  readonly hostId: HostId;
  /** Name or address by which Manager and peers reach the host. It is what the Manager has on record, never what the request says. */
  readonly address: string;
  readonly nowMs: number;
}

/**
 * The certificate of a host: OU=host, `urn:uuid:<hostId>`, usable as server and as client.
 * Only the public key is taken from the request; every name in it is ours.
 * @returns PEM
 * @throws BadCertificateRequest
 */
export async function issueHostCertificate(authority: Authority, options: HostCertificateOptions): Promise<string> {
  const { publicKey } = await readRequest(options.requestPem);
  return issue(authority, options.nowMs, {
    role: "host",
    commonName: options.address,
    alternativeNames: [...addressNames([options.address]), { type: "url", value: hostUrn(options.hostId) }],
    usages: ["server", "client"],
    publicKeyDer: publicKey.export({ type: "spki", format: "der" }),
  });
}

/** The certificate of the Manager's HTTPS server. `names` are DNS names and addresses; the first is the common name. Returns PEM. */
export async function issueManagerServerCertificate(
  authority: Authority,
  options: { readonly keyPem: string; readonly names: readonly [string, ...string[]]; readonly nowMs: number },
): Promise<string> {
  return issue(authority, options.nowMs, {
    role: "manager",
    commonName: options.names[0],
    alternativeNames: addressNames(options.names),
    usages: ["server"],
    publicKeyDer: publicHalf(options.keyPem),
  });
}

/** The certificate with which the Manager commands the hosts. Returns PEM. */
export async function issueManagerClientCertificate(
  authority: Authority,
  options: { readonly keyPem: string; readonly name: string; readonly nowMs: number },
): Promise<string> {
  return issue(authority, options.nowMs, {
    role: "manager",
    commonName: options.name,
    alternativeNames: addressNames([options.name]),
    usages: ["client"],
    publicKeyDer: publicHalf(options.keyPem),
  });
}

/** How a host's id is written into its certificate. */
export function hostUrn(hostId: HostId): string {
  return `urn:uuid:${hostId}`;
}

async function issue(authority: Authority, nowMs: number, subject: Subject): Promise<string> {
  const { pair, algorithm } = await importSigningKey(authority.keyPem);
  const issuer = readCertificate(authority.certificatePem);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    issuer: new x509.X509Certificate(issuer.der).subjectName.toJSON(),
    subject: [{ O: ["Yagura"] }, { OU: [subject.role] }, { CN: [shortCommonName(subject.commonName)] }],
    notBefore: new Date(Math.max(nowMs - BACKDATE_MS, issuer.notBeforeMs)),
    notAfter: new Date(Math.min(nowMs + CERTIFICATE_LIFE_MS, issuer.notAfterMs)),
    publicKey: subject.publicKeyDer,
    signingKey: pair.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      // No key usage: libvirt up to 10 wants keyEncipherment in it, which an ECDSA key does not have. It refuses a critical
      // one without it, and complains of any other at each connection. The extended usage says all there is to say.
      new x509.ExtendedKeyUsageExtension(
        subject.usages.map((usage) => x509.ExtendedKeyUsage[usage === "server" ? "serverAuth" : "clientAuth"]),
      ),
      new x509.SubjectAlternativeNameExtension([...subject.alternativeNames]),
      await x509.SubjectKeyIdentifierExtension.create(subject.publicKeyDer),
      await x509.AuthorityKeyIdentifierExtension.create(pair.publicKey),
    ],
  });
  return `${certificate.toString("pem")}\n`;
}

function publicHalf(keyPem: string): Buffer {
  return createPublicKey(readPrivateKey(keyPem)).export({ type: "spki", format: "der" });
}

function addressNames(names: readonly string[]): x509.JsonGeneralNames {
  return [...new Set(names)].map((name) => ({ type: isIP(name) === 0 ? "dns" : "ip", value: name }));
}

/** X.520 allows 64 characters; a longer name is in the alternative names, whole. */
function shortCommonName(name: string): string {
  return name.length <= 64 ? name : `${name.slice(0, 61)}...`;
}
