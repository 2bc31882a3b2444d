import type { StorageDomain } from "@yagura/rest-client";
import { oneLine } from "@yagura/std/one-line.ts";
import type { Command } from "commander";
import type { Cli, Command as CliCommand } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { attachTo } from "./attach.ts";
import { hostOf, kinds, type PlaceOptions, readPlace, type StorageKind, withPlace } from "./place.ts";

interface CreateOptions extends PlaceOptions {
  readonly attach?: string;
  readonly takeOver?: boolean;
  readonly description?: string;
}

interface ImportOptions extends CreateOptions {
  readonly id?: string;
  readonly name?: string;
}

/** `yagura storage create nfs|posix|local NAME PLACE` */
export function addCreateStorage(storage: Command, cli: Cli): void {
  const create = storage.command("create").description("make an empty storage domain");
  for (const [kind, { what, place }] of Object.entries(kinds) as [StorageKind, (typeof kinds)[StorageKind]][]) {
    const command = create
      .command(kind)
      .description(`make an empty storage domain on ${what}`)
      .argument("<name>", "what it will be called")
      .argument("<place>", `where it is: ${place}; there must be nothing in it`)
      .option("--description <text>", "for people to read")
      .option("--attach <data-center>", "attach it at once: name or id of the data center");
    withPlace(command, kind).action((name: string, at: string, options: CreateOptions) =>
      cli.withManager(`create storage domain ${name}`, async (open) => {
        const body: StorageDomain = {
          name,
          type: "data",
          storage: readPlace(kind, at, options),
          ...(await hostOf(open, options)),
          ...(options.description !== undefined && { description: options.description }),
        };
        await add(cli, open, body, options);
      }),
    );
  }
}

/** `yagura storage import nfs|posix|local PLACE` */
export function addImportStorage(storage: Command, cli: Cli): void {
  const imports = storage
    .command("import")
    .description("make a storage domain known that is there already, as oVirt or another Manager left it");
  for (const [kind, { what, place }] of Object.entries(kinds) as [StorageKind, (typeof kinds)[StorageKind]][]) {
    const command = imports
      .command(kind)
      .description(`make the storage domain known that is on ${what}; nothing is written to it`)
      .argument("<place>", `where it is: ${place}`)
      .option("--name <name>", "what it will be called; by default as the storage says")
      .option("--id <id>", "which one, if there are several")
      .option("--description <text>", "for people to read")
      .option("--attach <data-center>", "attach it at once: name or id of the data center")
      .option(
        "--take-over",
        "attach it although it says that it belongs to another data center: no host may use it there",
      );
    withPlace(command, kind).action((at: string, options: ImportOptions) =>
      cli.withManager(`import the storage domain at ${at}`, async (open) => {
        const body: StorageDomain = {
          import: true,
          type: "data",
          storage: readPlace(kind, at, options),
          ...(await hostOf(open, options)),
          ...(options.id !== undefined && { id: options.id }),
          ...(options.name !== undefined && { name: options.name }),
          ...(options.description !== undefined && { description: options.description }),
        };
        await add(cli, open, body, options);
      }),
    );
  }
}

/** Prints the id alone, for scripts. */
async function add(cli: Cli, open: CliCommand, body: StorageDomain, options: CreateOptions): Promise<void> {
  const { world, manager } = open;
  const target =
    options.attach === undefined ? undefined : await findOne("data center", options.attach, manager.data_centers);
  const correlationId = world.newCorrelationId();
  const made = await manager.storage_domains.add(body, {}, { correlationId, signal: world.signal });
  const { id, name = id } = made;
  if (id === undefined) throw new Error("the Manager did not say the id of the storage domain");
  if (target !== undefined) {
    // It is there all the same: that is said, with its id.
    await cli.attempt(`attach storage domain ${oneLine(name ?? id)}, which is there as ${id}`, () =>
      attachTo(open, { id, name: name ?? id }, target, { takeOver: options.takeOver === true }),
    );
  }
  cli.printOne(cli.output !== "table" ? await manager.storage_domains.get(id) : made, () => `${id}\n`);
}
