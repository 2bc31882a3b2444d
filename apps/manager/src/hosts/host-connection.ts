import { type AgentCalls, type AgentClient, connectAgent, NotConnected } from "@yagura/agent-protocol";
import { peerIdentity, readCertificate } from "@yagura/pki";
import type { Clock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { HostId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import type { Host } from "../domain/host/host.ts";
import { type HostLink, HostUnreachable } from "./hosts.ts";
import type { ManagerCredentials } from "./manager-credentials.ts";

/** Where a host is and what proves that it is this one. */
export type HostAddress = Pick<Host, "id" | "address" | "port" | "keyFingerprint">;

export interface HostConnectionOptions {
  readonly host: HostAddress;
  readonly credentials: () => ManagerCredentials;
  readonly clock: Clock;
  readonly log: Log;
  /** The link came up or went down, or the host has said that something happened: look at it. */
  readonly onChange: (hostId: HostId) => void;
  readonly connect?: typeof connectAgent;
}

// A killed agent is back within seconds; a host that stays away is asked often enough to be seen within 15 s of its return.
const RETRY_MS_MIN = 250;
const RETRY_MS_MAX = 3000;
const CONNECT_MS_MAX = 10_000;
/** A host that says nothing for so long is not there. */
const HEARTBEAT_MS = 8000;

/** Another machine, or another key, answered at a host's address. */
export class NotThisHost extends Error {
  override readonly name = "NotThisHost";
}

/** One connection to one host, made again whenever it ends, until `close`. */
export class HostConnection {
  readonly #options: HostConnectionOptions;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #client: AgentClient | undefined;
  #link: HostLink;

  constructor(options: HostConnectionOptions) {
    this.#options = options;
    this.#link = { isOpen: false, sinceMs: options.clock.monotonicMs(), generation: 0 };
    this.#ended = this.#run();
  }

  get host(): HostAddress {
    return this.#options.host;
  }

  get link(): HostLink {
    return this.#link;
  }

  /** @throws HostUnreachable */
  calls(): AgentCalls {
    if (this.#client === undefined || !this.#client.isOpen) {
      const { problem } = this.#link;
      throw new HostUnreachable(this.host.id, { cause: new NotConnected(problem ?? "there is no connection yet") });
    }
    return this.#client.call;
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error("the connection is not wanted any more"));
    await this.#client?.close();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let retryMs = RETRY_MS_MIN; !signal.aborted; retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)) {
      try {
        const client = await this.#connect(signal);
        retryMs = RETRY_MS_MIN;
        await this.#hold(client);
      } catch (error) {
        this.#became({ isOpen: false, problem: describeError(error) });
      }
      await this.#options.clock.sleep(retryMs, signal).catch(() => undefined);
    }
  }

  async #connect(signal: AbortSignal): Promise<AgentClient> {
    const { host, credentials, log, connect = connectAgent } = this.#options;
    const { certificatePem, keyPem, authorityPem } = credentials();
    return connect({
      host: host.address,
      port: host.port,
      signal,
      connectTimeoutMs: CONNECT_MS_MAX,
      heartbeatMs: HEARTBEAT_MS,
      log,
      tls: {
        cert: certificatePem,
        key: keyPem,
        ca: authorityPem,
        minVersion: "TLSv1.2",
        checkServerIdentity: (_, certificate) => identityProblem(host, certificate.raw),
      },
    });
  }

  /** Until the connection ends. Events only say that there is something to look at. */
  async #hold(client: AgentClient): Promise<void> {
    this.#client = client;
    this.#became({ isOpen: true });
    const { host, onChange } = this.#options;
    try {
      using feed = client.events();
      for await (const _ of feed) onChange(host.id);
      const reason = await client.closed;
      this.#became({
        isOpen: false,
        problem: reason === undefined ? "the connection was closed" : describeError(reason),
      });
    } finally {
      this.#client = undefined;
      await client.close();
    }
  }

  #became(link: Pick<HostLink, "isOpen" | "problem">): void {
    const { clock, log, onChange, host } = this.#options;
    const hasChanged = link.isOpen !== this.#link.isOpen;
    if (hasChanged) {
      const generation = this.#link.generation + (link.isOpen ? 1 : 0);
      this.#link = { ...link, sinceMs: clock.monotonicMs(), generation };
      log.info(link.isOpen ? "connected to a host" : "the connection to a host ended", {
        hostId: host.id,
        problem: link.problem,
      });
    } else if (link.problem !== this.#link.problem) {
      this.#link = { ...this.#link, ...link };
      log.info("cannot connect to a host", { hostId: host.id, problem: link.problem });
    }
    if (hasChanged && !this.#stop.signal.aborted) onChange(host.id);
  }
}

/** The certificate must be a host's, with this host's id and, if it is known, this host's key. */
export function identityProblem(host: HostAddress, certificateDer: Uint8Array): Error | undefined {
  const identity = peerIdentity(certificateDer);
  if (identity.role !== "host") return new NotThisHost(`what answers at ${host.address} is not a host`);
  if (identity.hostId !== host.id)
    return new NotThisHost(`host ${identity.hostId} answers at ${host.address}, not ${host.id}`);
  const { keyFingerprint } = readCertificate(certificateDer);
  if (host.keyFingerprint !== undefined && keyFingerprint !== host.keyFingerprint) {
    return new NotThisHost(`the host at ${host.address} has another key than the one that was approved`);
  }
  return undefined;
}
