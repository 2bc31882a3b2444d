import type { RequestOptions, RestTypeName } from "@yagura/rest-client";
import type { Command } from "commander";
import { wholeNumber } from "../../arguments/numbers.ts";
import type { Cli } from "../../cli.ts";
import { flatten } from "../../output/flatten.ts";
import { formatDetails } from "../../output/table.ts";
import { columnsFor } from "./columns.ts";
import { findPath } from "./find-place.ts";
import { requireOperation } from "./offered.ts";
import { parametersOf, type QueryOptions, withQuery } from "./options.ts";
import { parsePlace, wordsOf } from "./place.ts";

interface GetOptions extends QueryOptions {
  readonly search?: string;
  readonly max?: number;
  readonly follow?: string;
  readonly allContent?: boolean;
  readonly filter?: boolean;
  readonly columns?: string;
}

const LIST_MAX = 100_000;

/** `yagura get vms`, `yagura get vms web1`, `yagura get vms/web1/nics` */
export function addGet(program: Command, cli: Cli): void {
  const command = program
    .command("get")
    .description("read anything that the API has: a collection, or one thing of it")
    .argument("<place...>", "vms, vms web1, vms/web1/nics: names or ids; see yagura describe")
    .option("--search <query>", "only those that match: name=web* and status=up")
    .option("--max <number>", "at most this many", wholeNumber("--max", { min: 1, max: LIST_MAX }))
    .option("--follow <links>", "with what is linked: nics,disk_attachments.disk")
    .option("--all-content", "with what takes long to find out")
    .option("--filter", "as a user sees it, also for an administrator")
    .option("--columns <members>", "columns of the table: name,status,cpu.topology.cores");
  withQuery(command).action((parts: string[], options: GetOptions) =>
    cli.withManager(`get ${parts.join(" ")}`, async ({ world, manager }) => {
      const words = wordsOf(parts);
      const place = parsePlace(words);
      const { operations, type = "action" } = requireOperation(place, words, "list", "get");
      const { search, max, follow } = options;
      const asked = { search, max, follow, all_content: options.allContent, ...parametersOf(options) };
      const call: RequestOptions = {
        signal: world.signal,
        ...(options.filter === true && { headers: { filter: "true" } }),
      };
      const path = await findPath(manager, place);
      if (!operations.includes("list")) {
        const found = await manager.documents.get(type, path, asked, call);
        return cli.printOne(found, () => detailsOf(type, found, options.columns));
      }
      const found: readonly object[] = await manager.documents.list(type, path, asked, call);
      cli.printList(found, columnsFor(type, found, options.columns), `There is nothing in ${words.join("/")}.`);
    }),
  );
}

/** Every value of one thing, or those asked for. @throws CliProblem */
function detailsOf(type: RestTypeName, found: object, asked: string | undefined): string {
  if (asked === undefined) return formatDetails(flatten(found));
  const columns = columnsFor(type, [found], asked);
  return formatDetails(columns.map(({ title, value }) => [title.toLowerCase(), value(found)]));
}
