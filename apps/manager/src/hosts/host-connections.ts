import type { AgentCalls, connectAgent } from "@yagura/agent-protocol";
import type { Clock } from "@yagura/std/clock.ts";
import type { HostId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import { type HostAddress, HostConnection } from "./host-connection.ts";
import { type HostLink, type Hosts, HostUnreachable, type ImageUpload } from "./hosts.ts";
import type { ManagerCredentials } from "./manager-credentials.ts";
import { putImage } from "./put-image.ts";

export interface HostConnectionsOptions {
  readonly credentials: () => ManagerCredentials;
  readonly clock: Clock;
  readonly log: Log;
  readonly onChange: (hostId: HostId) => void;
  readonly connect?: typeof connectAgent;
}

/** All connections of the Manager to its hosts, one each. */
export class HostConnections implements Hosts {
  readonly #options: HostConnectionsOptions;
  readonly #connections = new Map<HostId, HostConnection>();

  constructor(options: HostConnectionsOptions) {
    this.#options = options;
  }

  /** Keeps connections to these hosts and to no others. A host that moved or has another key is connected anew. */
  async keep(hosts: readonly HostAddress[]): Promise<void> {
    const wanted = new Map(hosts.map((host) => [host.id, host]));
    const closing: Promise<void>[] = [];
    for (const [hostId, connection] of this.#connections) {
      const host = wanted.get(hostId);
      if (host !== undefined && isSamePlace(host, connection.host)) continue;
      this.#connections.delete(hostId);
      closing.push(connection.close());
    }
    for (const host of hosts) {
      if (!this.#connections.has(host.id))
        this.#connections.set(host.id, new HostConnection({ ...this.#options, host }));
    }
    await Promise.all(closing);
  }

  calls(hostId: HostId): AgentCalls {
    return this.#get(hostId).calls();
  }

  linkOf(hostId: HostId): HostLink | undefined {
    return this.#connections.get(hostId)?.link;
  }

  async putImage(hostId: HostId, upload: ImageUpload): Promise<void> {
    const connection = this.#get(hostId);
    const { clock } = this.#options;
    await putImage(
      { host: connection.host, credentials: this.#options.credentials(), calls: connection.calls(), clock },
      upload,
    );
  }

  async close(): Promise<void> {
    await this.keep([]);
  }

  #get(hostId: HostId): HostConnection {
    const connection = this.#connections.get(hostId);
    if (connection === undefined) throw new HostUnreachable(hostId);
    return connection;
  }
}

function isSamePlace(a: HostAddress, b: HostAddress): boolean {
  return a.address === b.address && a.port === b.port && a.keyFingerprint === b.keyFingerprint;
}
