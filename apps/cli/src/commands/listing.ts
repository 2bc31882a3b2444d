import type { Command } from "commander";
import { wholeNumber } from "../arguments/numbers.ts";
import type { Cli, Command as CliCommand } from "../cli.ts";
import type { Column } from "../output/table.ts";

interface ListParameters {
  readonly search?: string | undefined;
  readonly max?: number | undefined;
}

interface Listing<T> {
  /** "VMs": completes "Cannot list …" and "There are no …". */
  readonly nouns: string;
  /** A search that makes sense here; without one there is no search. */
  readonly example?: string;
  readonly read: (command: CliCommand, parameters: ListParameters) => Promise<readonly T[]>;
  /** Asked only when a table is to be printed. */
  readonly columns: (command: CliCommand) => readonly Column<T>[] | Promise<readonly Column<T>[]>;
}

const LIST_MAX = 100_000;

/** A `list` verb: reads, and prints a table or JSON. */
export function addListing<T>(parent: Command, cli: Cli, { nouns, example, read, columns }: Listing<T>): void {
  const list = parent
    .command("list")
    .description(`list ${nouns}`)
    .option("--max <number>", "at most this many", wholeNumber("--max", { min: 1, max: LIST_MAX }));
  if (example !== undefined) list.option("--search <query>", `only those that match, as in: ${example}`);
  list.action((options: ListParameters) =>
    cli.withManager(`list ${nouns}`, async (command) => {
      const found = await read(command, options);
      cli.printList(found, cli.output !== "table" ? [] : await columns(command), `There are no ${nouns}.`);
    }),
  );
}
