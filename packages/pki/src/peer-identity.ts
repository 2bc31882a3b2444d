import { findId, type HostId } from "@yagura/std/ids.ts";
import { readCertificate } from "./certificate.ts";
import { x509 } from "./x509.ts";

/**
 * Who a certificate says its holder is. `none`: a certificate of ours that gives no right to anything.
 * Says nothing about trust: the TLS handshake or `verifyCertificate` must have checked the chain before.
 */
export type PeerIdentity =
  | { readonly role: "manager"; readonly commonName: string }
  | { readonly role: "host"; readonly commonName: string; readonly hostId: HostId }
  | { readonly role: "none"; readonly commonName: string; readonly because: string };

/**
 * Reads role and host id from a peer's certificate (DER as TLS gives it, or PEM).
 * The role is the one OU of the subject; a host also has exactly one `urn:uuid:` name.
 * @throws BadCertificate
 */
export function peerIdentity(certificate: string | Uint8Array): PeerIdentity {
  const parsed = new x509.X509Certificate(readCertificate(certificate).der);
  const commonName = parsed.subjectName.getField("CN").join(" ");
  const units = parsed.subjectName.getField("OU");
  // More than one OU is ambiguous, and what is ambiguous gives no right.
  const role = units.length === 1 ? units[0] : undefined;
  if (role === "manager") return { role, commonName };
  if (role !== "host") return { role: "none", commonName, because: "its subject names neither OU=manager nor OU=host" };
  const hostIds = findHostIds(parsed);
  const [hostId] = hostIds;
  if (hostId === undefined || hostIds.length > 1) {
    return { role: "none", commonName, because: "it is a host's certificate without exactly one host id" };
  }
  return { role, commonName, hostId };
}

function findHostIds(certificate: x509.X509Certificate): HostId[] {
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  return names
    .filter((name) => name.type === "url" && name.value.startsWith("urn:uuid:"))
    .flatMap((name) => findId<HostId>(name.value.slice("urn:uuid:".length)) ?? []);
}
