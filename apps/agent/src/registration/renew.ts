import { join } from "node:path";
import {
  CredentialStore,
  type Credentials,
  createRequest,
  keyFingerprintOf,
  nodeFiles,
  readCertificate,
  renewAtMs,
  signRenewal,
} from "@yagura/pki";
import { describeError } from "@yagura/std/describe-error.ts";
import type { HostId } from "@yagura/std/ids.ts";
import { backOffMs } from "./back-off.ts";
import { askForAdmission, type Enrolled, type Introduction, type RegistrationDeps } from "./enrol.ts";
import { BadAnswer, EnrolmentRefused } from "./errors.ts";
import { readAnswer } from "./read-answer.ts";

type RenewalDeps = Omit<RegistrationDeps, "readSystemUuid">;

/** The clock may be set while we sleep: look again now and then. */
const LOOK_EVERY_MS = 60 * 60 * 1000;
const BACK_OFF_MS_MAX = 60 * 60 * 1000;

export interface RenewalOptions {
  readonly enrolled: Enrolled;
  readonly introduction: Introduction;
  /** Gives the new certificate to whoever listens, `server.setSecureContext(…)`: connections that are open stay open. */
  readonly onRenewed: (credentials: Credentials) => void | Promise<void>;
}

/**
 * Renews this host's certificate whenever a third of its life remains, and also when it has ended. Runs until aborted.
 * Guests and connections never notice.
 */
export async function keepCertificateFresh(
  deps: RenewalDeps,
  { enrolled, introduction, onRenewed }: RenewalOptions,
  signal: AbortSignal,
): Promise<void> {
  let { credentials } = enrolled;
  let isDelivered = true;
  let failures = 0;
  while (!signal.aborted) {
    const dueInMs = renewAtMs(readCertificate(credentials.certificatePem)) - deps.clock.nowMs();
    if (isDelivered && dueInMs > 0) {
      await sleep(deps, Math.min(dueInMs, LOOK_EVERY_MS), signal);
      continue;
    }
    try {
      if (isDelivered) credentials = await renew(deps, { hostId: enrolled.hostId, introduction }, signal);
      isDelivered = false;
      await onRenewed(credentials);
      isDelivered = true;
      failures = 0;
      deps.log.info("this host uses a new certificate");
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      const delayMs = backOffMs(failures, BACK_OFF_MS_MAX);
      deps.log.error("cannot renew this host's certificate", { error: describeError(error), nextTryInMs: delayMs });
      await sleep(deps, delayMs, signal);
    }
  }
}

/** Resolves early, without an error, when aborted. */
async function sleep({ clock }: RenewalDeps, delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(delayMs, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

interface Who {
  readonly hostId: HostId;
  readonly introduction: Introduction;
}

/**
 * Renews once: a new key, certified on the word of the old one. The new key is on disk before it is sent, so that an
 * answer that is lost can be asked for again.
 * @throws EnrolmentRefused, ManagerUnreachable, BadAnswer
 */
export async function renew(
  deps: RenewalDeps,
  { hostId, introduction }: Who,
  signal?: AbortSignal,
): Promise<Credentials> {
  const store = new CredentialStore(join(deps.directory, "pki"), deps.files ?? nodeFiles);
  const { caPem, keyPem, certificatePem: certificate } = await store.read();
  if (caPem === undefined || keyPem === undefined || certificate === undefined) {
    throw new EnrolmentRefused(
      "not-renewable",
      "there is no certificate on disk to renew; start the agent again to enrol",
    );
  }
  const nextKeyPem = await store.ensureNextKey();
  const csr = await createRequest({ keyPem: nextKeyPem, commonName: introduction.address });
  const document = { hostId, certificate, csr, signature: signRenewal({ hostId, csr }, keyPem) };
  const answer = readAnswer(await deps.manager.post("host-renew", document, caPem, signal), {
    caPem,
    hostId,
    keyFingerprint: keyFingerprintOf(nextKeyPem),
  });
  if (answer.status === "pending" || (answer.status === "refused" && !answer.isFinal)) {
    throw new BadAnswer(`the Manager does not renew the certificate now: ${answer.reason}`);
  }
  if (answer.status === "refused") {
    // The Manager knows us by another key (it was restored from a backup, say). Ask in with ours, so that an
    // administrator sees it and can accept it.
    const { ticket: _, ...withoutTicket } = introduction;
    const again = await askForAdmission(deps, { hostId, keyPem, caPem }, withoutTicket, signal);
    if (again.status !== "approved") throw new EnrolmentRefused("not-renewable", `${answer.reason}; ${again.reason}`);
    await store.installCertificate(again.certificatePem);
    return { caPem, keyPem, certificatePem: again.certificatePem };
  }
  await store.installRenewed(answer.certificatePem);
  if (answer.caPem !== caPem) await store.writeCa(answer.caPem);
  return { caPem: answer.caPem, keyPem: nextKeyPem, certificatePem: answer.certificatePem };
}
