import type { Event } from "@yagura/rest-client";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { dateCell } from "../../output/text.ts";
import { addListing } from "../listing.ts";
import { addFollowEvents } from "./follow.ts";

/** `yagura event …` */
export function addEventCommands(program: Command, cli: Cli): void {
  const event = program.command("event").description("what has happened");
  addListing<Event>(event, cli, {
    nouns: "events",
    example: "severity=error",
    read: ({ manager }, { max = 50, search }) => manager.events.list({ max, search }),
    columns: () => [
      { title: "TIME", value: ({ time }) => dateCell(time) },
      { title: "SEVERITY", value: ({ severity }) => severity },
      { title: "EVENT", value: ({ description }) => description },
      { title: "ID", value: ({ id }) => id },
    ],
  });
  addFollowEvents(event, cli);
}
