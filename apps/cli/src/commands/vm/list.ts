import type { Vm } from "@yagura/rest-client";
import { formatBytes } from "@yagura/std/units.ts";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { namesOf } from "../../names-of.ts";
import { addListing } from "../listing.ts";

/** `yagura vm list` */
export function addListVms(vm: Command, cli: Cli): void {
  addListing(vm, cli, {
    nouns: "VMs",
    example: "status=up and cluster=Default",
    read: ({ manager }, parameters) => manager.vms.list(parameters),
    columns: async ({ manager }) => {
      const [hostName, clusterName] = await Promise.all([namesOf(manager.hosts), namesOf(manager.clusters)]);
      return [
        { title: "NAME", value: ({ name }) => name },
        { title: "STATUS", value: ({ status }) => status },
        { title: "HOST", value: ({ host }) => hostName(host) },
        { title: "CLUSTER", value: ({ cluster }) => clusterName(cluster) },
        { title: "MEMORY", value: ({ memory }) => memory && formatBytes(memory) },
        { title: "CPUS", value: cpuCount },
        { title: "FQDN", value: ({ fqdn }) => fqdn },
        { title: "ID", value: ({ id }) => id },
      ];
    },
  });
}

/** Virtual processors: sockets times cores times threads. */
export function cpuCount({ cpu }: Vm): number | undefined {
  const { sockets = 1, cores = 1, threads = 1 } = cpu?.topology ?? {};
  return cpu?.topology && sockets * cores * threads;
}
