import { isRenewalSigned, peerIdentity, type RenewalStatement, readRequest, verifyCertificate } from "@yagura/pki";
import type { HostId } from "@yagura/std/ids.ts";
import { findEnrolledHost, replaceHostKey } from "../db/queries/enrolled-hosts.ts";
import { transaction } from "../db/transaction.ts";
import type { EnrolledHost } from "../domain/host/enrolment.ts";
import { decideRenewal } from "./decide-renewal.ts";
import type { EnrolmentAnswer } from "./enrol-host.ts";
import type { EnrolmentContext } from "./enrolment-context.ts";
import { ensureHostCertificate, issue } from "./host-certificate.ts";

export interface Renewal extends RenewalStatement {
  readonly hostId: HostId;
  /** The certificate that is to be replaced. It may have expired. */
  readonly certificate: string;
  /** Signature over host id and request, by the key of that certificate. */
  readonly signature: string;
}

/**
 * Gives a host the certificate of its next key. The right to it is the key of its present certificate, which may have
 * expired: that is the one thing an expired certificate can do.
 * @throws BadCertificateRequest
 */
export async function renewHost(context: EnrolmentContext, renewal: Renewal): Promise<EnrolmentAnswer> {
  const nowMs = context.clock.nowMs();
  const verdict = verifyCertificate(renewal.certificate, {
    authorityPem: context.authority().certificatePem,
    role: "host",
    nowMs,
    mayBeExpired: true,
  });
  if (!verdict.isTrusted) return refused(`the certificate cannot be renewed: ${verdict.because}`);
  const identity = peerIdentity(verdict.certificate.der);
  if (identity.role !== "host" || identity.hostId !== renewal.hostId)
    return refused("the certificate is another host's");
  if (!isRenewalSigned(renewal, verdict.certificate.publicKey, renewal.signature)) {
    return refused("the request is not signed with the key of the certificate");
  }

  const { keyFingerprint: newKey } = await readRequest(renewal.csr);
  const oldKey = verdict.certificate.keyFingerprint;
  const host = await findEnrolledHost(context.db, renewal.hostId);
  const decision = decideRenewal({ host, oldKey, newKey });
  if (decision.do === "refuse" || host === undefined) {
    context.log.warn("refused to renew a host's certificate", { hostId: renewal.hostId, oldKey, newKey });
    return refused(decision.do === "refuse" ? decision.because : "the Manager has no such host");
  }
  if (decision.do === "repeat") {
    const papers = await ensureHostCertificate(context, host, { requestPem: renewal.csr, keyFingerprint: newKey });
    return { status: "approved", ...papers };
  }
  return replaceKey(context, host, { oldKey, newKey, requestPem: renewal.csr, nowMs });
}

async function replaceKey(
  context: EnrolmentContext,
  host: EnrolledHost,
  change: { readonly oldKey: string; readonly newKey: string; readonly requestPem: string; readonly nowMs: number },
): Promise<EnrolmentAnswer> {
  // Signed before it is recorded: if we die in between, nothing has happened, and the host asks again.
  const authority = context.authority();
  const certificatePem = await issue(authority, host, change);
  const isReplaced = await transaction(context.db, (tx) =>
    replaceHostKey(tx, { hostId: host.id, from: change.oldKey, to: change.newKey, certificatePem }),
  );
  if (!isReplaced) return refused("the host's key was changed by another request at the same time");
  await context.announce({ name: "hostCertificateRenewed", host: { id: host.id, name: host.name } });
  return { status: "approved", certificatePem, caPem: authority.certificatePem };
}

function refused(because: string): EnrolmentAnswer {
  return { status: "refused", code: "not-renewable", because };
}
