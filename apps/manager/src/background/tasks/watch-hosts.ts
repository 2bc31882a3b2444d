import { isWatched } from "@yagura/lifecycles";
import { describeError } from "@yagura/std/describe-error.ts";
import type { HostId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { listHosts } from "../../db/queries/hosts.ts";
import type { HostConnections } from "../../hosts/host-connections.ts";
import type { BackgroundTask } from "../driver.ts";
import { watchHost } from "../watch-hosts/watch-host.ts";

/** One host that hangs must not keep the others from being seen. */
const PATIENCE_MS = 2000;

/** Keeps the connections to hosts, their statuses, and what is known of their guests. */
export function watchHosts(connections: HostConnections): BackgroundTask<Record<string, string>> {
  const underWay = new Map<HostId, Promise<void>>();
  const statuses = new Map<HostId, string>();

  function watch(context: OpContext, hostId: HostId): Promise<void> {
    const watching = watchHost(context, hostId)
      .then((status) => void statuses.set(hostId, status))
      .catch((error: unknown) => {
        if (context.signal.aborted) return;
        const problem = describeError(error);
        if (statuses.get(hostId) !== problem) context.log.warn("cannot watch a host", { hostId, error: problem });
        statuses.set(hostId, problem);
      })
      .finally(() => underWay.delete(hostId));
    underWay.set(hostId, watching);
    return watching;
  }

  return {
    name: "watch-hosts",
    periodMs: 2000,
    async activate(context) {
      const hosts = (await listHosts(context.db)).filter((host) => isWatched(host.status));
      await connections.keep(hosts);
      for (const hostId of statuses.keys()) {
        if (!hosts.some((host) => host.id === hostId)) statuses.delete(hostId);
      }
      const started = hosts.filter((host) => !underWay.has(host.id)).map((host) => watch(context, host.id));
      const patience = new AbortController();
      await Promise.race([
        Promise.all(started),
        context.clock.sleep(PATIENCE_MS, AbortSignal.any([patience.signal, context.signal])).catch(() => undefined),
      ]);
      patience.abort();
      return Object.fromEntries(statuses);
    },
  };
}
