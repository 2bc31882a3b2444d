import { type EnrolmentStatement, isEnrolmentSigned, readRequest } from "@yagura/pki";
import { assert } from "@yagura/std/assert.ts";
import type { HostId } from "@yagura/std/ids.ts";
import type { RefusalCode } from "./decide-enrolment.ts";
import type { EnrolmentContext } from "./enrolment-context.ts";
import { ensureHostCertificate, type HostPapers } from "./host-certificate.ts";
import { registerHost } from "./register-host.ts";

/** A request for admission in our own protocol. */
export interface Enrolment extends EnrolmentStatement {
  readonly hostId: HostId;
  /** Signature over all of the above, by the key of the certificate request. */
  readonly proof: string;
  readonly source: string;
  readonly isFromHere: boolean;
}

export type EnrolmentAnswer =
  | ({ readonly status: "approved" } & HostPapers)
  | { readonly status: "pending"; readonly because: string }
  | { readonly status: "refused"; readonly code: RefusalCode | "bad-proof"; readonly because: string };

/**
 * Admits a host that has a ticket or was approved, and lets every other wait. Asking again is harmless, and is how a host
 * waits: every request proves anew that its sender has the key.
 * @throws BadCertificateRequest
 */
export async function enrolHost(context: EnrolmentContext, enrolment: Enrolment): Promise<EnrolmentAnswer> {
  const { publicKey, keyFingerprint } = await readRequest(enrolment.csr);
  if (!isEnrolmentSigned(enrolment, publicKey, enrolment.proof)) {
    return {
      status: "refused",
      code: "bad-proof",
      because: "the proof is not a signature of this request by its own key",
    };
  }
  const { decision, host } = await registerHost(context, { ...enrolment, keyFingerprint });
  switch (decision.do) {
    case "refuse":
      return { status: "refused", code: decision.code, because: decision.because };
    case "wait":
      return { status: "pending", because: decision.because };
    case "recognise":
    case "admit": {
      assert(host !== undefined, "an admitted host is in the database");
      const papers = await ensureHostCertificate(context, host, { requestPem: enrolment.csr, keyFingerprint });
      context.onEnrolled?.(host.id);
      return { status: "approved", ...papers };
    }
  }
}
