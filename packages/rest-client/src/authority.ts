import { createHash, X509Certificate } from "node:crypto";
import { StrangeAnswer } from "./errors.ts";
import { openHttp } from "./http.ts";
import { managerOrigin } from "./manager-url.ts";

const AUTHORITY_TIMEOUT_MS = 15_000;

/** The certificate authority that a Manager says is its own. Nobody has vouched for it yet: compare the fingerprint. */
export interface Authority {
  readonly pem: string;
  /** SHA-256 of the certificate, in upper-case hex with colons. */
  readonly fingerprint: string;
}

/**
 * Asks a Manager for its certificate authority without trusting anything and without sending anything secret.
 * @throws CannotReachManager, StrangeAnswer.
 */
export async function fetchAuthority(url: string, signal?: AbortSignal): Promise<Authority> {
  using http = openHttp(managerOrigin(url), { insecure: true });
  const answer = await http.send({
    method: "GET",
    path: "/ovirt-engine/services/pki-resource?resource=ca-certificate&format=X509-PEM-CA",
    timeoutMs: AUTHORITY_TIMEOUT_MS,
    signal,
  });
  if (answer.status !== 200) throw new StrangeAnswer(`asked for its authority, ${url} answered HTTP ${answer.status}`);
  return readAuthority(answer.body.toString("utf8"));
}

/** @throws StrangeAnswer when the text is not a certificate in PEM. */
export function readAuthority(pem: string): Authority {
  try {
    const certificate = new X509Certificate(pem);
    return { pem: certificate.toString(), fingerprint: fingerprintOf(certificate.raw) };
  } catch (cause) {
    throw new StrangeAnswer("not a certificate in PEM", { cause });
  }
}

/** Two ways of writing one fingerprint: with or without colons, in any case of letters. */
export function isSameFingerprint(a: string, b: string): boolean {
  const bare = (text: string): string =>
    text
      .replaceAll(":", "")
      .replace(/^sha-?256=?/i, "")
      .toLowerCase();
  return bare(a) === bare(b) && bare(a).length === 64;
}

function fingerprintOf(der: Uint8Array): string {
  const hex = createHash("sha256").update(der).digest("hex").toUpperCase();
  return (hex.match(/../g) ?? []).join(":");
}
