import { type Authority, issueHostCertificate, readCertificate, shouldRenew } from "@yagura/pki";
import { writeHostCertificate } from "../db/queries/enrolled-hosts.ts";
import { transaction } from "../db/transaction.ts";
import type { EnrolledHost } from "../domain/host/enrolment.ts";
import type { EnrolmentContext } from "./enrolment-context.ts";

/** What a host gets once it is approved. */
export interface HostPapers {
  readonly certificatePem: string;
  readonly caPem: string;
}

/**
 * The certificate of the key that an approved host has: the one on record while it is fresh, else a new one. The caller
 * has proof that the key of the request is the host's; so the same request may come any number of times.
 */
export async function ensureHostCertificate(
  context: EnrolmentContext,
  host: EnrolledHost,
  request: { readonly requestPem: string; readonly keyFingerprint: string },
): Promise<HostPapers> {
  const nowMs = context.clock.nowMs();
  const caPem = context.authority().certificatePem;
  const onRecord = host.certificatePem;
  if (onRecord !== undefined && !shouldRenew(readCertificate(onRecord), nowMs))
    return { certificatePem: onRecord, caPem };
  const certificatePem = await issue(context.authority(), host, { requestPem: request.requestPem, nowMs });
  await transaction(context.db, (tx) =>
    writeHostCertificate(tx, { hostId: host.id, keyFingerprint: request.keyFingerprint, certificatePem }),
  );
  return { certificatePem, caPem };
}

/** The names in it are those on record, never those of the request. */
export function issue(
  authority: Authority,
  host: EnrolledHost,
  { requestPem, nowMs }: { readonly requestPem: string; readonly nowMs: number },
): Promise<string> {
  return issueHostCertificate(authority, { requestPem, hostId: host.id, address: host.address, nowMs });
}
