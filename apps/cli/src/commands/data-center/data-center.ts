import type { DataCenter } from "@yagura/rest-client";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { addListing } from "../listing.ts";
import { addCreateDataCenter } from "./create.ts";
import { addShowDataCenter } from "./show.ts";
import { storageWord } from "./storage-word.ts";

/** `yagura data-center …` */
export function addDataCenterCommands(program: Command, cli: Cli): void {
  const dataCenter = program.command("data-center").description("data centers: hosts with the storage that they share");
  addListing<DataCenter>(dataCenter, cli, {
    nouns: "data centers",
    example: "status=up",
    read: ({ manager }, parameters) => manager.data_centers.list(parameters),
    columns: () => [
      { title: "NAME", value: ({ name }) => name },
      { title: "STATUS", value: ({ status }) => status },
      { title: "STORAGE", value: ({ local }) => storageWord(local) },
      { title: "ID", value: ({ id }) => id },
    ],
  });
  addShowDataCenter(dataCenter, cli);
  addCreateDataCenter(dataCenter, cli);
}
