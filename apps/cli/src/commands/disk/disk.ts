import { formatBytes } from "@yagura/std/units.ts";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { namesOf } from "../../names-of.ts";
import { addListing } from "../listing.ts";
import { addDiskAttachments } from "./attach.ts";
import { addDiskChanges } from "./change.ts";
import { addCreateDisk } from "./create.ts";

/** `yagura disk …` */
export function addDiskCommands(program: Command, cli: Cli): void {
  const disk = program.command("disk").description("disks of VMs and templates");
  addCreateDisk(disk, cli);
  addDiskChanges(disk, cli);
  addDiskAttachments(disk, cli);
  addListing(disk, cli, {
    nouns: "disks",
    example: "status=ok",
    read: ({ manager }, parameters) => manager.disks.list(parameters),
    columns: async ({ manager }) => {
      const domainName = await namesOf(manager.storage_domains);
      return [
        { title: "NAME", value: ({ alias, name }) => alias ?? name },
        { title: "STATUS", value: ({ status }) => status },
        { title: "SIZE", value: ({ provisioned_size: size }) => size && formatBytes(size) },
        { title: "USED", value: ({ actual_size: size }) => size && formatBytes(size) },
        { title: "FORMAT", value: ({ format }) => format },
        { title: "STORAGE", value: ({ storage_domains: domains = [] }) => domains.map(domainName).join(" ") },
        { title: "ID", value: ({ id }) => id },
      ];
    },
  });
}
