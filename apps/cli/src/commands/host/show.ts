import { formatBytes } from "@yagura/std/units.ts";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { namesOf } from "../../names-of.ts";
import { formatDetails } from "../../output/table.ts";

/** `yagura host show HOST` */
export function addShowHost(host: Command, cli: Cli): void {
  host
    .command("show")
    .description("show one host")
    .argument("<host>", "name or id")
    .action((name: string) =>
      cli.withManager(`show host ${name}`, async ({ manager }) => {
        const found = await manager.hosts.get((await findOne("host", name, manager.hosts)).id);
        const clusterName = await namesOf(manager.clusters);
        const { cpu, memory, os, summary, version } = found;
        cli.printOne(found, () =>
          formatDetails([
            ["Name", found.name],
            ["Id", found.id],
            ["Status", [found.status, found.status_detail].filter(Boolean).join(", ")],
            ["Address", found.address],
            ["Cluster", clusterName(found.cluster)],
            ["SPM", found.spm?.status],
            ["SPM priority", found.spm?.priority === -1 ? "never" : found.spm?.priority],
            ["Processor", cpu?.name],
            ["Memory", memory && formatBytes(memory)],
            ["VMs", summary?.active],
            ["System", [os?.type, os?.version?.full_version].filter(Boolean).join(" ")],
            ["Agent", version?.full_version],
            ["libvirt", found.libvirt_version?.full_version],
          ]),
        );
      }),
    );
}
