import type { Event } from "@yagura/rest-client";
import type { Command } from "commander";
import { wholeNumber } from "../../arguments/numbers.ts";
import type { Cli, OutputFormat } from "../../cli.ts";
import { formatJsonLine } from "../../output/json.ts";
import { cell, dateCell } from "../../output/text.ts";
import { formatYamlDocument } from "../../output/yaml.ts";

interface FollowOptions {
  readonly from?: number;
  readonly search?: string;
}

/** `yagura event follow` */
export function addFollowEvents(event: Command, cli: Cli): void {
  event
    .command("follow")
    .description("print events as they happen, until Ctrl-C")
    .option(
      "--from <id>",
      "begin after the event with this id, not with the next one",
      wholeNumber("--from", { min: 0, max: 999_999_999 }),
    )
    .option("--search <query>", "only those that match, as in: severity=error")
    .action((options: FollowOptions) =>
      cli.withManager("follow the events", async ({ world, manager }) => {
        const events = manager.followEvents({ ...options, signal: world.signal, clock: world.clock });
        for await (const each of events) world.stdout(writers[cli.output](each));
      }),
    );
}

function lineOf({ time, severity, description }: Event): string {
  return `${dateCell(time)}  ${cell(severity).padEnd(7)}  ${cell(description)}\n`;
}

const writers: Readonly<Record<OutputFormat, (event: Event) => string>> = {
  table: lineOf,
  json: formatJsonLine,
  yaml: formatYamlDocument,
};
