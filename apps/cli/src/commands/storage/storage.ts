import type { StorageDomain } from "@yagura/rest-client";
import { formatBytes } from "@yagura/std/units.ts";
import type { Command } from "commander";
import type { Cli, Command as CliCommand } from "../../cli.ts";
import { namesOf } from "../../names-of.ts";
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
    columns: async (command) => {
      const statusIn = await readStatuses(command);
      const dataCenterName = await namesOf(command.manager.data_centers);
      return [
        { title: "NAME", value: ({ name }) => name },
        { title: "STATUS", value: ({ id, status }) => (statusIn.get(id ?? "") ?? status)?.replaceAll("_", " ") },
        { title: "DATA CENTER", value: ({ data_centers: ofDomain }) => ofDomain?.[0] && dataCenterName(ofDomain[0]) },
        { title: "TYPE", value: ({ type }) => type },
        { title: "STORAGE", value: ({ storage }) => storage?.type },
        { title: "MASTER", value: ({ master }) => master },
        { title: "FREE", value: ({ available }) => available && formatBytes(available) },
        { title: "USED", value: ({ used }) => used && formatBytes(used) },
        { title: "ID", value: ({ id }) => id },
      ];
    },
  });
}

/** A domain in use has its status only inside its data center. */
async function readStatuses({ manager }: CliCommand): Promise<ReadonlyMap<string, string | undefined>> {
  const dataCenters = await manager.data_centers.list();
  const domains = await Promise.all(
    dataCenters.map(async ({ id }) => (id === undefined ? [] : manager.data_centers.at(id).storage_domains.list())),
  );
  return new Map(domains.flat().map(({ id, status }) => [id ?? "", status]));
}
