import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { flatten } from "../../output/flatten.ts";
import { formatDetails } from "../../output/table.ts";
import type { BodyOptions } from "./body.ts";
import { followJobs } from "./follow-jobs.ts";
import { type FollowOptions, parametersOf, type QueryOptions, withBody, withFollow, withQuery } from "./options.ts";
import { readWish } from "./read-wish.ts";

/** `yagura add vms --set name=web1 --set cluster=Default --set template=Blank` */
export function addAdd(program: Command, cli: Cli): void {
  const command = program
    .command("add")
    .description("add something to a collection; prints its id")
    .argument("<place...>", "a collection: vms, vms/web1/nics");
  withFollow(withQuery(withBody(command))).action(
    (parts: string[], options: BodyOptions & QueryOptions & FollowOptions) =>
      cli.withManager(`add to ${parts.join(" ")}`, async (open) => {
        const { where, type, body, path } = await readWish(open, "add", parts, options, "name=NAME");
        const made = await followJobs(open, `adding to ${where}`, options, (call) =>
          open.manager.documents.add(type, path, body, parametersOf(options), call),
        );
        const id: unknown = Reflect.get(made, "id");
        cli.printOne(made, () => (typeof id === "string" ? `${id}\n` : formatDetails(flatten(made))));
      }),
  );
}
