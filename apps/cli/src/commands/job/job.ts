import type { Job } from "@yagura/rest-client";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { formatDetails } from "../../output/table.ts";
import { dateCell } from "../../output/text.ts";
import { underWay } from "../../wait/under-way.ts";
import { addListing } from "../listing.ts";

/** `yagura job …` */
export function addJobCommands(program: Command, cli: Cli): void {
  const job = program.command("job").description("what the Manager works on, and has worked on");
  addListing<Job>(job, cli, {
    nouns: "jobs",
    example: "correlation_id=abc",
    read: ({ manager }, parameters) => manager.jobs.list({ ...parameters, follow: "steps" }),
    columns: () => [
      { title: "DESCRIPTION", value: ({ description }) => description },
      { title: "STATUS", value: ({ status }) => status },
      { title: "UNDER WAY", value: underWay },
      { title: "STARTED", value: ({ start_time: started }) => dateCell(started) },
      { title: "ENDED", value: ({ end_time: ended }) => dateCell(ended) },
      { title: "ID", value: ({ id }) => id },
    ],
  });
  addShowJob(job, cli);
}

/** `yagura job show ID` */
function addShowJob(job: Command, cli: Cli): void {
  job
    .command("show")
    .description("show one job: how far it is, what it waits for, why it failed")
    .argument("<job>", "id")
    .action((id: string) =>
      cli.withManager(`show job ${id}`, async ({ manager }) => {
        const found = await manager.jobs.get(id, { follow: "steps" });
        cli.printOne(found, () =>
          formatDetails([
            ["Description", found.description],
            ["Id", found.id],
            ["Status", found.status],
            ["Under way", underWay(found)],
            ["Why", found.comment],
            ["Started", dateCell(found.start_time)],
            ["Ended", dateCell(found.end_time)],
          ]),
        );
      }),
    );
}
