import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { confirm } from "../confirm.ts";
import { findPath } from "./find-place.ts";
import { followJobs } from "./follow-jobs.ts";
import { requireOperation } from "./offered.ts";
import { type FollowOptions, parametersOf, type QueryOptions, withFollow, withQuery } from "./options.ts";
import { parsePlace, wordsOf } from "./place.ts";

/** `yagura remove vms web1 --yes` */
export function addRemove(program: Command, cli: Cli): void {
  const command = program
    .command("remove")
    .description("remove something")
    .argument("<place...>", "one thing: vms web1, vms/web1/nics/nic1")
    .option("--yes", "do not ask");
  withFollow(withQuery(command)).action(
    (parts: string[], options: QueryOptions & FollowOptions & { readonly yes?: boolean }) =>
      cli.withManager(`remove ${parts.join(" ")}`, async (open) => {
        const words = wordsOf(parts);
        const where = words.join("/");
        const place = parsePlace(words);
        requireOperation(place, words, "remove");
        const path = await findPath(open.manager, place);
        await confirm(open.world, `Remove ${where} (${path})?`, options.yes);
        await followJobs(open, `removing ${where}`, options, (call) =>
          open.manager.documents.remove(path, parametersOf(options), call),
        );
        cli.say(options.follow === true ? `${where} is removed.` : `${where} is being removed.`);
      }),
  );
}
