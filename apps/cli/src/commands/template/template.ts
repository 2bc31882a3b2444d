import type { Template } from "@yagura/rest-client";
import { formatBytes } from "@yagura/std/units.ts";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { dateCell } from "../../output/text.ts";
import { addListing } from "../listing.ts";

/** `yagura template …` */
export function addTemplateCommands(program: Command, cli: Cli): void {
  addListing<Template>(program.command("template").description("templates, from which VMs are made"), cli, {
    nouns: "templates",
    example: "name=debian*",
    read: ({ manager }, parameters) => manager.templates.list(parameters),
    columns: () => [
      { title: "NAME", value: ({ name }) => name },
      { title: "STATUS", value: ({ status }) => status },
      { title: "MEMORY", value: ({ memory }) => memory && formatBytes(memory) },
      { title: "MADE", value: ({ creation_time: made }) => dateCell(made) },
      { title: "DESCRIPTION", value: ({ description }) => description },
      { title: "ID", value: ({ id }) => id },
    ],
  });
}
