import { isWatched } from "@yagura/lifecycles";
import type { HostId } from "@yagura/std/ids.ts";
import { listHosts } from "../../db/queries/hosts.ts";
import type { HostConnections } from "../../hosts/host-connections.ts";
import type { BackgroundTask } from "../driver.ts";
import { SideBySide } from "../side-by-side.ts";
import type { StorageParts } from "../spm/look-at-pool.ts";
import { watchHost } from "../watch-hosts/watch-host.ts";

/** Keeps the connections to hosts, their statuses, and what is known of their guests. */
export function watchHosts(
  connections: HostConnections,
  storage: StorageParts,
): BackgroundTask<Record<string, string>> {
  const looks = new SideBySide<HostId>("watch a host");
  return {
    name: "watch-hosts",
    periodMs: 2000,
    async activate(context) {
      const hosts = (await listHosts(context.db)).filter((host) => isWatched(host.status));
      await connections.keep(hosts);
      storage.sights.forgetOthers(hosts.map(({ id }) => id));
      const hostIds = hosts.map(({ id }) => id);
      return Object.fromEntries(await looks.look(context, hostIds, (hostId) => watchHost(context, storage, hostId)));
    },
  };
}
