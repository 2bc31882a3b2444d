import type { StorageDomain } from "@yagura/rest-client";
import { formatBytes } from "@yagura/std/units.ts";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { addListing } from "../listing.ts";
import { addAttachStorage } from "./attach.ts";
import { addCreateStorage, addImportStorage } from "./create.ts";
import { addDisksOfStorage } from "./disks.ts";
import { addStorageDoctor } from "./doctor.ts";
import { addRemoveStorage } from "./remove.ts";
import { addShowStorage } from "./show.ts";
import { addUseOfStorage } from "./use.ts";

/** `yagura storage …` */
export function addStorageCommands(program: Command, cli: Cli): void {
  const storage = program.command("storage").description("storage domains");
  addStorageDoctor(storage, cli);
  addCreateStorage(storage, cli);
  addImportStorage(storage, cli);
  addAttachStorage(storage, cli);
  addUseOfStorage(storage, cli);
  addRemoveStorage(storage, cli);
  addDisksOfStorage(storage, cli);
  addShowStorage(storage, cli);
  addListing<StorageDomain>(storage, cli, {
    nouns: "storage domains",
    example: "type=data",
    read: ({ manager }, parameters) => manager.storage_domains.list(parameters),
    columns: () => [
      { title: "NAME", value: ({ name }) => name },
      // A domain has a status only inside a data center; at the top there is what it looks like from outside.
      { title: "STATUS", value: ({ status, external_status: external }) => status ?? external },
      { title: "TYPE", value: ({ type }) => type },
      { title: "STORAGE", value: ({ storage }) => storage?.type },
      { title: "MASTER", value: ({ master }) => master },
      { title: "FREE", value: ({ available }) => available && formatBytes(available) },
      { title: "USED", value: ({ used }) => used && formatBytes(used) },
      { title: "ID", value: ({ id }) => id },
    ],
  });
}
