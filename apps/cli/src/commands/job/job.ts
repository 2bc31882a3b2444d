import type { Job } from "@yagura/rest-client";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { dateCell } from "../../output/text.ts";
import { addListing } from "../listing.ts";

/** `yagura job …` */
export function addJobCommands(program: Command, cli: Cli): void {
  addListing<Job>(program.command("job").description("what the Manager works on, and has worked on"), cli, {
    nouns: "jobs",
    example: "correlation_id=abc",
    read: ({ manager }, parameters) => manager.jobs.list(parameters),
    columns: () => [
      { title: "DESCRIPTION", value: ({ description }) => description },
      { title: "STATUS", value: ({ status }) => status },
      { title: "STARTED", value: ({ start_time: started }) => dateCell(started) },
      { title: "ENDED", value: ({ end_time: ended }) => dateCell(ended) },
      { title: "ID", value: ({ id }) => id },
    ],
  });
}
