import { request } from "node:https";
import { createKey, createRequest, signEnrolment } from "@yagura/pki";
import type { HostId } from "@yagura/std/ids.ts";
import type { SimulatedHost } from "./simulated-host.ts";

export interface EnrolOptions {
  /** `https://host:port` of the Manager. */
  readonly managerUrl: string;
  /** PEM of the Manager's authority. */
  readonly caPem: string;
  /** A single-use ticket; without one an administrator must approve, and this fails. */
  readonly ticket: string;
  readonly signal?: AbortSignal;
}

/** The Manager did not take the host. */
export class CannotEnrol extends Error {
  override readonly name = "CannotEnrol";
}

/**
 * Registers a simulated host with a Manager, as an agent would, and lets it listen with the certificate it gets.
 * Until then it should have listened without one, to know its port. @throws CannotEnrol, or what the connection says.
 */
export async function enrolSimulatedHost(host: SimulatedHost, options: EnrolOptions): Promise<void> {
  const key = await createKey();
  const statement = {
    hostId: host.hostId as HostId,
    name: host.hostName,
    address: host.address,
    port: host.port,
    csr: await createRequest({ keyPem: key, commonName: host.address }),
    ticket: options.ticket,
  };
  const answer = await post(options, { ...statement, proof: signEnrolment(statement, key) });
  const { status, certificate, ca, reason } = answer as Readonly<Record<string, unknown>>;
  if (status !== "approved" || typeof certificate !== "string" || typeof ca !== "string") {
    throw new CannotEnrol(`the Manager did not take ${host.hostName}: ${String(status)}, ${String(reason)}`);
  }
  await host.useCredentials({ ca, cert: certificate, key });
}

const answerCharsMax = 65_536;

function post({ managerUrl, caPem, signal }: EnrolOptions, document: object): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const url = new URL("/ovirt-engine/services/host-enrol", managerUrl);
  const headers = { "content-type": "application/json", accept: "application/json" };
  const outgoing = request(
    url,
    { method: "POST", ca: caPem, agent: false, headers, ...(signal !== undefined && { signal }) },
    (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
        if (text.length > answerCharsMax) response.destroy(new CannotEnrol("the answer is too long"));
      });
      response.on("error", reject);
      response.on("end", () => {
        try {
          resolve(JSON.parse(text));
        } catch (cause) {
          reject(new CannotEnrol(`the Manager answered ${response.statusCode} with no JSON`, { cause }));
        }
      });
    },
  );
  outgoing.on("error", reject);
  outgoing.end(JSON.stringify(document));
  return promise;
}
