// How a host gets its identity: an id, the Manager's authority, a key, a certificate. Each is written down as soon as it
// is there, and found again by the next start, so that the process may die between any two.

import { join } from "node:path";
import {
  CredentialStore,
  type Credentials,
  createRequest,
  keyFingerprintOf,
  nodeFiles,
  type StoreFiles,
  signEnrolment,
} from "@yagura/pki";
import type { Clock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { HostId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import { backOffMs } from "./back-off.ts";
import { BadAnswer, EnrolmentRefused, ManagerUnreachable, UntrustedManager } from "./errors.ts";
import { ensureHostId } from "./host-id.ts";
import type { ManagerChannel } from "./manager-channel.ts";
import { type Answer, isOurCertificate, readAnswer } from "./read-answer.ts";
import { ensureTrust, whyNotTrusting } from "./trust-manager.ts";

export interface RegistrationDeps {
  /** The agent's data directory: `host-id` and `pki/` are in it. */
  readonly directory: string;
  readonly manager: ManagerChannel;
  readonly clock: Clock;
  readonly log: Log;
  /** `readDmiUuid`, or what a test says. */
  readonly readSystemUuid: () => Promise<string | undefined>;
  readonly files?: StoreFiles;
}

/** What this host says of itself, and how it recognises the Manager. */
export interface Introduction {
  readonly name: string;
  /** Under which the Manager and other hosts reach this one. */
  readonly address: string;
  readonly port: number;
  readonly ticket?: string | undefined;
  readonly caFingerprint?: string | undefined;
  readonly trustOnFirstUse?: boolean | undefined;
}

export interface Enrolled {
  readonly hostId: HostId;
  readonly credentials: Credentials;
}

/**
 * This host's identity. Once there is one it is only read, without asking anybody, also when it has expired
 * (`keepCertificateFresh` sees to that). Until then the Manager is asked, for as long as it takes.
 * @throws EnrolmentRefused, UntrustedManager, HostIdDamaged; the signal's reason when aborted.
 */
export async function ensureEnrolled(
  deps: RegistrationDeps,
  introduction: Introduction,
  signal?: AbortSignal,
): Promise<Enrolled> {
  const { files = nodeFiles, log } = deps;
  const hostId = await ensureHostId({ ...deps, files });
  const store = new CredentialStore(join(deps.directory, "pki"), files);
  const stored = await store.read();
  for (const problem of stored.problems) log.error("a file of this host's identity is damaged", { problem });
  const { caPem, keyPem, certificatePem } = stored;
  if (caPem !== undefined && keyPem !== undefined && certificatePem !== undefined) {
    const expected = { caPem, hostId, keyFingerprint: keyFingerprintOf(keyPem) };
    if (isOurCertificate(certificatePem, expected)) {
      return { hostId, credentials: { caPem, keyPem, certificatePem } };
    }
    log.error("this host's certificate is not for its id or not of the authority it trusts; asking for another");
  }

  const because = whyNotTrusting({ ...introduction, hasTicket: introduction.ticket !== undefined });
  if (because !== undefined) throw new UntrustedManager(because);
  const trusted = await untilAnswered(deps, signal, () => ensureTrust({ ...deps, store }, caPem, introduction, signal));
  const applicant = { hostId, keyPem: await store.ensureKey(), caPem: trusted };
  const papers = await untilApproved(deps, applicant, introduction, signal);
  await store.installCertificate(papers.certificatePem);
  if (papers.caPem !== trusted) await store.writeCa(papers.caPem);
  log.info("this host is enrolled", { hostId });
  const { caPem: latestCaPem, certificatePem: issuedPem } = papers;
  return { hostId, credentials: { caPem: latestCaPem, certificatePem: issuedPem, keyPem: applicant.keyPem } };
}

export interface Applicant {
  readonly hostId: HostId;
  readonly keyPem: string;
  readonly caPem: string;
}

/** Asks the Manager once. @throws ManagerUnreachable, BadAnswer */
export async function askForAdmission(
  { manager }: Pick<RegistrationDeps, "manager">,
  { hostId, keyPem, caPem }: Applicant,
  { name, address, port, ticket }: Introduction,
  signal?: AbortSignal,
): Promise<Answer> {
  const csr = await createRequest({ keyPem, commonName: address });
  const statement = { hostId, name, address, port, csr, ...(ticket !== undefined && { ticket }) };
  const document = { ...statement, proof: signEnrolment(statement, keyPem) };
  const answer = await manager.post("host-enrol", document, caPem, signal);
  return readAnswer(answer, { caPem, hostId, keyFingerprint: keyFingerprintOf(keyPem) });
}

async function untilApproved(
  deps: RegistrationDeps,
  applicant: Applicant,
  introduction: Introduction,
  signal: AbortSignal | undefined,
): Promise<{ readonly certificatePem: string; readonly caPem: string }> {
  let toldReason: string | undefined;
  for (let refusals = 0; ; ) {
    const answer = await untilAnswered(deps, signal, () => askForAdmission(deps, applicant, introduction, signal));
    if (answer.status === "approved") return answer;
    if (answer.status === "refused" && answer.isFinal) throw new EnrolmentRefused(answer.code, answer.reason);
    // Once for each reason: a host may wait for days.
    if (answer.reason !== toldReason) deps.log.warn("waiting for the Manager", { reason: answer.reason });
    toldReason = answer.reason;
    refusals = answer.status === "refused" ? refusals + 1 : 0;
    await deps.clock.sleep(answer.status === "pending" ? answer.retryAfterMs : backOffMs(refusals), signal);
  }
}

/** Tries until the Manager can be reached and makes sense. Everything that is tried here may happen twice. */
async function untilAnswered<T>(
  { clock, log }: RegistrationDeps,
  signal: AbortSignal | undefined,
  ask: () => Promise<T>,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ManagerUnreachable || error instanceof BadAnswer)) throw error;
      const delayMs = backOffMs(failures);
      log.warn("the Manager did not answer", { error: describeError(error), nextTryInMs: delayMs });
      await clock.sleep(delayMs, signal);
    }
  }
}
