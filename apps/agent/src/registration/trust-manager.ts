import {
  BadCertificate,
  type CredentialStore,
  findFingerprint,
  fingerprints,
  readCertificate,
  sameFingerprint,
} from "@yagura/pki";
import type { Log } from "@yagura/std/log.ts";
import { BadAnswer, UntrustedManager } from "./errors.ts";
import type { ManagerChannel } from "./manager-channel.ts";

export interface TrustOptions {
  /** SHA-256 of the Manager's authority, as `--manager-ca-fingerprint` gives it. */
  readonly caFingerprint?: string | undefined;
  readonly hasTicket: boolean;
  /** Send the ticket although nobody vouches for the Manager: whoever answers then has the ticket. */
  readonly trustOnFirstUse?: boolean | undefined;
}

/** Says why the options do not allow to begin, or nothing if they do. A ticket is worth as much as the one it is sent to. */
export function whyNotTrusting({ caFingerprint, hasTicket, trustOnFirstUse }: TrustOptions): string | undefined {
  if (caFingerprint !== undefined) {
    return findFingerprint(caFingerprint) === undefined
      ? "the fingerprint of the Manager's authority is not a SHA-256 fingerprint (64 hex digits)"
      : undefined;
  }
  return hasTicket && trustOnFirstUse !== true
    ? "a ticket is only sent to a Manager whose fingerprint is known: give its SHA-256 fingerprint too"
    : undefined;
}

/**
 * The authority that this host trusts from now on: the one on record, else the one that the Manager tells, if it has the
 * fingerprint. Without a fingerprint it is believed on first use, and the log says so.
 * @throws UntrustedManager, ManagerUnreachable, BadAnswer
 */
export async function ensureTrust(
  deps: { readonly store: CredentialStore; readonly manager: ManagerChannel; readonly log: Log },
  storedPem: string | undefined,
  { caFingerprint }: Pick<TrustOptions, "caFingerprint">,
  signal?: AbortSignal,
): Promise<string> {
  const caPem = storedPem ?? readAuthority(await deps.manager.fetchCa(signal));
  const { sha256 } = fingerprints(caPem);
  const wanted = caFingerprint === undefined ? undefined : findFingerprint(caFingerprint);
  if (wanted !== undefined && !sameFingerprint(sha256, wanted)) {
    const where = storedPem === undefined ? "the Manager shows" : "this host trusts";
    throw new UntrustedManager(`${where} an authority with the fingerprint ${sha256}, not ${wanted}`);
  }
  if (storedPem !== undefined) return caPem;
  if (wanted === undefined) {
    deps.log.warn("TRUSTING THE MANAGER ON FIRST USE: compare this fingerprint with the Manager's own", { sha256 });
  }
  await deps.store.writeCa(caPem);
  return caPem;
}

function readAuthority(text: string): string {
  try {
    const certificate = readCertificate(text);
    if (certificate.isAuthority) return certificate.pem;
  } catch (cause) {
    if (!(cause instanceof BadCertificate)) throw cause;
    throw new BadAnswer("what the Manager calls its authority is not a certificate", { cause });
  }
  throw new BadAnswer("what the Manager calls its authority is not an authority's certificate");
}
