import { kernelErrors, nameOfCode, sanlockErrors } from "./error-codes.ts";
import type { HeldLease } from "./wire/held-leases.ts";

export type AcquireOutcome =
  | { readonly is: "acquired"; readonly leases: readonly HeldLease[] }
  | { readonly is: "refused"; readonly because: Refusal; readonly code: number; readonly codeName: string };

/**
 * "not-now": the daemon is just acquiring or letting go of it, shared owners are alive, or this process is about to be
 * killed because its lockspace failed: a later answer will be another one.
 */
export type Refusal = "held-by-another-host" | "held-on-this-host" | "another-version" | "not-now";

const refusals = new Map<number, Refusal>([
  [sanlockErrors.SANLK_ACQUIRE_IDLIVE, "held-by-another-host"],
  [sanlockErrors.SANLK_ACQUIRE_OWNED, "held-by-another-host"],
  [sanlockErrors.SANLK_ACQUIRE_OTHER, "held-by-another-host"],
  [sanlockErrors.SANLK_ACQUIRE_OWNED_RETRY, "held-by-another-host"],
  [sanlockErrors.SANLK_ACQUIRE_SHRETRY, "held-by-another-host"],
  [sanlockErrors.SANLK_DBLOCK_MBAL, "held-by-another-host"],
  [sanlockErrors.SANLK_DBLOCK_LVER, "held-by-another-host"],
  [sanlockErrors.SANLK_ACQUIRE_LVER, "another-version"],
  [kernelErrors.EEXIST, "held-on-this-host"],
  [kernelErrors.EAGAIN, "not-now"],
  [kernelErrors.EBUSY, "not-now"],
]);

/** `undefined` for a result that is no refusal: success, or an error. */
export function findRefusal(code: number): Extract<AcquireOutcome, { is: "refused" }> | undefined {
  const because = refusals.get(code);
  return because && { is: "refused", because, code, codeName: nameOfCode(code) };
}
