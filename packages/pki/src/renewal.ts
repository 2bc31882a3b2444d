import type { Certificate } from "./certificate.ts";

type Lifetime = Pick<Certificate, "notBeforeMs" | "notAfterMs">;

/** When a third of the certificate's life remains: the moment from which it should be replaced. */
export function renewAtMs({ notBeforeMs, notAfterMs }: Lifetime): number {
  return notAfterMs - (notAfterMs - notBeforeMs) / 3;
}

/** Whether a third of its life, or less, remains. Also true of an expired one. */
export function shouldRenew(certificate: Lifetime, nowMs: number): boolean {
  return nowMs >= renewAtMs(certificate);
}
