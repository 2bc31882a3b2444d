import type { EnrolledHost } from "../domain/host/enrolment.ts";
import type { Refusal } from "./decide-enrolment.ts";

export interface RenewalView {
  readonly host: EnrolledHost | undefined;
  /** The key of the certificate that is to be replaced; it signed the request. */
  readonly oldKey: string;
  /** The key that is to be certified. */
  readonly newKey: string;
}

export type RenewalDecision =
  /** The host's key is `newKey` from now on. */
  | { readonly do: "renew" }
  /** That is its key already: the answer to an earlier request was lost. */
  | { readonly do: "repeat" }
  | Refusal;

/**
 * Whether a host may have its next certificate. Only the key that the host is known by may name its successor. The key
 * before it can do nothing but ask again for what was decided: a stolen backup of an old key is worth nothing.
 */
export function decideRenewal({ host, oldKey, newKey }: RenewalView): RenewalDecision {
  if (host === undefined || host.status === "pending_approval") {
    return {
      do: "refuse",
      code: "not-renewable",
      because: "the Manager has no such host: it was removed, or was never approved",
    };
  }
  if (host.keyFingerprint === oldKey) return newKey === oldKey ? { do: "repeat" } : { do: "renew" };
  if (host.keyFingerprint === newKey && host.previousKeyFingerprint === oldKey) return { do: "repeat" };
  const because = "the certificate is not the host's present one: it was replaced, and the host must enrol again";
  return { do: "refuse", code: "not-renewable", because };
}
