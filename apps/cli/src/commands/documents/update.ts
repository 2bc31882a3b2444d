import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { type BodyOptions, readBody } from "./body.ts";
import { findPath } from "./find-place.ts";
import { followJobs } from "./follow-jobs.ts";
import { requireOperation } from "./offered.ts";
import {
  type FollowOptions,
  parametersOf,
  type QueryOptions,
  requireBody,
  withBody,
  withFollow,
  withQuery,
} from "./options.ts";
import { parsePlace, wordsOf } from "./place.ts";

/** `yagura update vms web1 --set memory=4GiB`: what is not named stays. */
export function addUpdate(program: Command, cli: Cli): void {
  const command = program
    .command("update")
    .description("change something; what is not named stays as it is")
    .argument("<place...>", "one thing: vms web1, vms/web1/nics/nic1");
  withFollow(withQuery(withBody(command))).action(
    (parts: string[], options: BodyOptions & QueryOptions & FollowOptions) =>
      cli.withManager(`update ${parts.join(" ")}`, async (open) => {
        const words = wordsOf(parts);
        const where = words.join("/");
        const place = parsePlace(words);
        const { type = "action" } = requireOperation(place, words, "update");
        requireBody(options, `yagura update ${where} --set description=TEXT`);
        const body = await readBody(open.world, type, options);
        const path = await findPath(open.manager, place);
        const now = await followJobs(open, `updating ${where}`, options, (call) =>
          open.manager.documents.update(type, path, body, parametersOf(options), call),
        );
        cli.say(`${where} is updated.`);
        if (cli.output !== "table") cli.printOne(now, () => "");
      }),
  );
}
