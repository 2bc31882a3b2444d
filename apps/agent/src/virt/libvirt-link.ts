import type { Connection } from "@yagura/libvirt";
import type { Clock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import { HypervisorAway } from "../errors.ts";

/**
 * libvirtd carries out few calls of one connection at a time, and a call on a stuck guest takes its place for as long as
 * it hangs. So statistics and guest agents have connections of their own: they can delay only themselves.
 */
export type LinkPurpose = "operations" | "statistics" | "guests";
const purposes: readonly LinkPurpose[] = ["operations", "statistics", "guests"];

const RETRY_MS_MIN = 250;
/** A socket that is not there is cheap to try; a guest should not be out of sight for longer than it must. */
const RETRY_MS_MAX = 2_000;

export interface LibvirtLinkOptions {
  readonly clock: Clock;
  readonly log: Log;
  connect(signal: AbortSignal): Promise<Connection>;
  /** Called with each new set of connections, before anybody else may use them: to register for events. */
  prepare(operations: Connection): Promise<void>;
  /** Called when libvirt answers again: to look at everything with fresh eyes. */
  onConnected(): Promise<void>;
  onLost(): void;
}

/** Keeps connections to libvirtd, and makes new ones for as long as it takes when they end. */
export class LibvirtLink {
  #connections: ReadonlyMap<LinkPurpose, Connection> | undefined;
  readonly #options: LibvirtLinkOptions;

  constructor(options: LibvirtLinkOptions) {
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#connections !== undefined;
  }

  /** @throws HypervisorAway */
  get(purpose: LinkPurpose): Connection {
    const connection = this.#connections?.get(purpose);
    if (connection === undefined) throw new HypervisorAway();
    return connection;
  }

  /** Holds the connections until aborted. Guests are not touched by any of it. */
  async watch(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    let retryMs = RETRY_MS_MIN;
    while (!signal.aborted) {
      try {
        await this.#holdOnce(signal, () => {
          retryMs = RETRY_MS_MIN;
        });
      } catch (error) {
        if (signal.aborted) break;
        log.warn("no connection to libvirt", { error: describeError(error), retryMs });
      }
      await clock.sleep(retryMs, signal).catch(() => undefined);
      retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
    }
  }

  async #holdOnce(signal: AbortSignal, onSuccess: () => void): Promise<void> {
    const { connect, prepare, onConnected, onLost, log } = this.#options;
    const opened: Connection[] = [];
    try {
      const connections = new Map<LinkPurpose, Connection>();
      for (const purpose of purposes) {
        const connection = await connect(signal);
        opened.push(connection);
        connections.set(purpose, connection);
      }
      await prepare(connections.get("operations") ?? unreachableConnection());
      this.#connections = connections;
      log.info("connected to libvirt");
      await onConnected();
      onSuccess();
      const aborted = new Promise<undefined>((resolve) =>
        signal.aborted
          ? resolve(undefined)
          : signal.addEventListener("abort", () => resolve(undefined), { once: true }),
      );
      const reason = await Promise.race([...opened.map((connection) => connection.closed), aborted]);
      if (!signal.aborted) log.warn("lost libvirt", { error: describeError(reason ?? "the connection was closed") });
    } finally {
      const wasConnected = this.#connections !== undefined;
      this.#connections = undefined;
      if (wasConnected) onLost();
      await Promise.allSettled(opened.map((connection) => connection.close()));
    }
  }
}

function unreachableConnection(): never {
  throw new HypervisorAway();
}
