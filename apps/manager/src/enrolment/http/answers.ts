// The only place of enrolment that knows HTTP's numbers.

import type { FastifyReply } from "fastify";
import type { EnrolmentAnswer } from "../enrol-host.ts";

export type RefusedCode =
  | Extract<EnrolmentAnswer, { status: "refused" }>["code"]
  | "bad-request"
  | "plain-http"
  | "too-fast";

const httpStatus: Readonly<Record<RefusedCode, number>> = {
  "bad-request": 400,
  "bad-proof": 403,
  "bad-ticket": 403,
  "not-renewable": 403,
  "plain-http": 403,
  "address-taken": 409,
  "managers-name": 409,
  "too-fast": 429,
  // These end when an administrator does something; the host may try again.
  "no-cluster": 503,
  "too-many-requests": 503,
  "too-many-hosts": 503,
};

/** How long a host that waits should wait before it asks again. */
const POLL_AFTER_MS = 5000;

/** To our own agents. */
export async function sendAnswer(reply: FastifyReply, answer: EnrolmentAnswer): Promise<FastifyReply> {
  switch (answer.status) {
    case "approved":
      return reply.send({ status: "approved", certificate: answer.certificatePem, ca: answer.caPem });
    case "pending":
      return reply.code(202).send({ status: "pending", reason: answer.because, retryAfterMs: POLL_AFTER_MS });
    case "refused":
      return sendRefusal(reply, answer.code, answer.because);
  }
}

export async function sendRefusal(reply: FastifyReply, code: RefusedCode, reason: string): Promise<FastifyReply> {
  return reply.code(httpStatus[code]).send({ status: "refused", code, reason });
}

/** To programs written for oVirt: they look at the number, and people look at the text. */
export async function sendTextRefusal(reply: FastifyReply, code: RefusedCode, reason: string): Promise<FastifyReply> {
  return reply.code(httpStatus[code]).type("text/plain; charset=utf-8").send(`${reason}\n`);
}
