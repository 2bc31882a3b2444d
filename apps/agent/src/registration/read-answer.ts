import { BadCertificate, isSameAuthority, readCertificate, verifyCertificate } from "@yagura/pki";
import type { HostId } from "@yagura/std/ids.ts";
import * as z from "zod";
import { BadAnswer } from "./errors.ts";
import type { ManagerAnswer } from "./manager-channel.ts";

const CERTIFICATE_CHARS_MAX = 16_384;
const POLL_MS_MIN = 1000;
const POLL_MS_MAX = 60_000;

const document = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("approved"),
    certificate: z.string().max(CERTIFICATE_CHARS_MAX),
    ca: z.string().max(CERTIFICATE_CHARS_MAX),
  }),
  z.object({ status: z.literal("pending"), reason: z.string().max(1000), retryAfterMs: z.number() }),
  z.object({ status: z.literal("refused"), code: z.string().max(100), reason: z.string().max(1000) }),
]);

export type Answer =
  | { readonly status: "approved"; readonly certificatePem: string; readonly caPem: string }
  | { readonly status: "pending"; readonly reason: string; readonly retryAfterMs: number }
  | { readonly status: "refused"; readonly code: string; readonly reason: string; readonly isFinal: boolean };

/** What an approved answer must be about. */
export interface Expected {
  readonly caPem: string;
  readonly hostId: HostId;
  /** Of the key whose request was sent. */
  readonly keyFingerprint: string;
}

/**
 * The Manager's answer, once it is certain that it is one, and that a certificate in it is ours.
 * @throws BadAnswer
 */
export function readAnswer(answer: ManagerAnswer, expected: Expected): Answer {
  const parsed = document.safeParse(parseJson(answer));
  if (!parsed.success)
    throw new BadAnswer(`the Manager answered ${answer.httpStatus} with something else than an answer`);
  switch (parsed.data.status) {
    case "approved":
      return readApproval(parsed.data, expected);
    case "pending": {
      const { reason, retryAfterMs } = parsed.data;
      return { status: "pending", reason, retryAfterMs: Math.min(POLL_MS_MAX, Math.max(POLL_MS_MIN, retryAfterMs)) };
    }
    case "refused": {
      const { code, reason } = parsed.data;
      // What is in the way of these passes: others ask too often, or an administrator must do something first.
      const isFinal = answer.httpStatus < 500 && answer.httpStatus !== 429;
      return { status: "refused", code, reason, isFinal };
    }
  }
}

/** Whether a certificate is of this authority, for this host and this key. Its dates are left to those who check it: our clock may be wrong. */
export function isOurCertificate(certificatePem: string, { caPem, hostId, keyFingerprint }: Expected): boolean {
  const certificate = findCertificate(certificatePem);
  if (certificate?.keyFingerprint !== keyFingerprint) return false;
  const verdict = verifyCertificate(certificatePem, {
    authorityPem: caPem,
    role: "host",
    nowMs: certificate.notBeforeMs,
    mayBeExpired: true,
  });
  return verdict.isTrusted && verdict.identity.role === "host" && verdict.identity.hostId === hostId;
}

function readApproval({ certificate, ca }: { certificate: string; ca: string }, expected: Expected): Answer {
  if (!isOurCertificate(certificate, expected))
    throw new BadAnswer("the Manager sent a certificate that is not this host's");
  if (findCertificate(ca) === undefined || !isSameAuthority(expected.caPem, ca)) {
    throw new BadAnswer("the Manager names another authority than the one this host trusts");
  }
  return { status: "approved", certificatePem: certificate, caPem: ca };
}

function parseJson({ body, httpStatus }: ManagerAnswer): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new BadAnswer(`the Manager answered ${httpStatus} without JSON`, { cause });
  }
}

function findCertificate(pem: string): ReturnType<typeof readCertificate> | undefined {
  try {
    return readCertificate(pem);
  } catch (error) {
    if (error instanceof BadCertificate) return undefined;
    throw error;
  }
}
