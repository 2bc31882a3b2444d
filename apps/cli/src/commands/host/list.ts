import { formatBytes } from "@yagura/std/units.ts";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { namesOf } from "../../names-of.ts";
import { addListing } from "../listing.ts";

/** `yagura host list` */
export function addListHosts(host: Command, cli: Cli): void {
  addListing(host, cli, {
    nouns: "hosts",
    example: "status=up",
    read: ({ manager }, parameters) => manager.hosts.list(parameters),
    columns: async ({ manager }) => {
      const clusterName = await namesOf(manager.clusters);
      return [
        { title: "NAME", value: ({ name }) => name },
        { title: "STATUS", value: ({ status }) => status },
        { title: "ADDRESS", value: ({ address }) => address },
        { title: "CLUSTER", value: ({ cluster }) => clusterName(cluster) },
        { title: "MEMORY", value: ({ memory }) => memory && formatBytes(memory) },
        { title: "VMS", value: ({ summary }) => summary?.active },
        { title: "SPM", value: ({ spm }) => spm?.status },
        { title: "ID", value: ({ id }) => id },
      ];
    },
  });
}
