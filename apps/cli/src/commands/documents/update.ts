import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import type { BodyOptions } from "./body.ts";
import { followJobs } from "./follow-jobs.ts";
import { type FollowOptions, parametersOf, type QueryOptions, withBody, withFollow, withQuery } from "./options.ts";
import { readWish } from "./read-wish.ts";

/** `yagura update vms web1 --set memory=4GiB`: what is not named stays. */
export function addUpdate(program: Command, cli: Cli): void {
  const command = program
    .command("update")
    .description("change something; what is not named stays as it is")
    .argument("<place...>", "one thing: vms web1, vms/web1/nics/nic1");
  withFollow(withQuery(withBody(command))).action(
    (parts: string[], options: BodyOptions & QueryOptions & FollowOptions) =>
      cli.withManager(`update ${parts.join(" ")}`, async (open) => {
        const { where, type, body, path } = await readWish(open, "update", parts, options, "description=TEXT");
        const now = await followJobs(open, `updating ${where}`, options, (call) =>
          open.manager.documents.update(type, path, body, parametersOf(options), call),
        );
        cli.say(`${where} is updated.`);
        if (cli.output !== "table") cli.printOne(now, () => "");
      }),
  );
}
