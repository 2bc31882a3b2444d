// The one way in which the agent asks the Manager something. HTTPS; each request on a connection of its own, since there
// are a handful in the life of a host. The Manager's clock is never believed, let alone set.

import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { peerIdentity } from "@yagura/pki";
import { withDeadline } from "@yagura/std/deadline.ts";
import { BadAnswer, ManagerUnreachable } from "./errors.ts";

export interface ManagerAddress {
  readonly host: string;
  readonly httpsPort: number;
}

export interface ManagerAnswer {
  readonly httpStatus: number;
  readonly body: string;
}

export interface ManagerChannel {
  /** What claims to be the Manager's authority. Whoever answers is not checked: the caller compares a fingerprint. */
  fetchCa(signal?: AbortSignal): Promise<string>;
  /** Sends JSON to a Manager whose certificate this authority has signed. */
  post(
    path: "host-enrol" | "host-renew",
    document: object,
    caPem: string,
    signal?: AbortSignal,
  ): Promise<ManagerAnswer>;
}

const TIMEOUT_MS = 30_000;
/** A certificate and an authority have less than 4 KiB. */
const ANSWER_BYTES_MAX = 65_536;
const servicesPath = "/ovirt-engine/services";

export function openManagerChannel(manager: ManagerAddress, timeoutMs = TIMEOUT_MS): ManagerChannel {
  const ask = (question: Omit<Question, "manager">, signal?: AbortSignal): Promise<ManagerAnswer> => {
    const what = `asking the Manager at ${manager.host}:${manager.httpsPort}`;
    return withDeadline(what, timeoutMs, (inTime) => exchange({ manager, ...question }, inTime), signal).catch(
      (cause) => {
        signal?.throwIfAborted();
        if (cause instanceof BadAnswer) throw cause;
        throw new ManagerUnreachable(`cannot reach the Manager at ${manager.host}:${manager.httpsPort}`, { cause });
      },
    );
  };
  return {
    async fetchCa(signal) {
      const { httpStatus, body } = await ask(
        { method: "GET", path: `${servicesPath}/host-register?version=1&command=get-pki-trust` },
        signal,
      );
      if (httpStatus !== 200) throw new BadAnswer(`the Manager answered ${httpStatus} when asked for its authority`);
      return body;
    },
    post: (path, document, caPem, signal) =>
      ask({ method: "POST", path: `${servicesPath}/${path}`, document, caPem }, signal),
  };
}

interface Question {
  readonly manager: ManagerAddress;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly document?: object;
  /** None: whoever answers will do. */
  readonly caPem?: string;
}

async function exchange(
  { manager, method, path, document, caPem }: Question,
  signal: AbortSignal,
): Promise<ManagerAnswer> {
  const { promise: answered, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const body = document === undefined ? undefined : JSON.stringify(document);
  const outgoing = request({
    host: manager.host,
    port: manager.httpsPort,
    // An address must not be sent as a server name (RFC 6066); Node checks it against the certificate all the same.
    ...(isIP(manager.host) === 0 && { servername: manager.host }),
    method,
    path,
    agent: false,
    signal,
    headers: {
      accept: "application/json",
      ...(body !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
    },
    ...(caPem === undefined ? { rejectUnauthorized: false } : { ca: caPem, checkServerIdentity: checkManager }),
  });
  outgoing.on("response", resolve);
  outgoing.on("error", reject);
  outgoing.end(body);
  const response = await answered;
  return { httpStatus: response.statusCode ?? 0, body: await readBody(response) };
}

/** The name must be right, and so must the role: a host of the same authority must not pass for the Manager. */
function checkManager(host: string, certificate: PeerCertificate): Error | undefined {
  const { role } = peerIdentity(certificate.raw);
  if (role !== "manager") return new Error(`${host} shows a certificate of role ${role}, not the Manager's`);
  return checkServerIdentity(host, certificate);
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new BadAnswer("the answer is longer than any answer of the Manager");
    chunks.push(chunk);
  }
  if (!response.complete) throw new ManagerUnreachable("the answer was cut off");
  return Buffer.concat(chunks).toString("utf8");
}
