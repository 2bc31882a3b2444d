import { type Action, services } from "@yagura/rest-client";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { didYouMean } from "../../closest.ts";
import { flatten } from "../../output/flatten.ts";
import { formatDetails } from "../../output/table.ts";
import { usageProblem } from "../../problem.ts";
import { type BodyOptions, readBody } from "./body.ts";
import { findPath } from "./find-place.ts";
import { followJobs } from "./follow-jobs.ts";
import { type FollowOptions, withBody, withFollow } from "./options.ts";
import { findWord, type Place, parsePlace, wordsOf } from "./place.ts";

/** `yagura do vms web1 start`, `yagura do vms web1 ticket --set ticket.expiry=120` */
export function addDo(program: Command, cli: Cli): void {
  const command = program
    .command("do")
    .description("do something with a thing: every action of the API")
    .argument("<place and action...>", "vms web1 start, hosts one deactivate; see yagura describe vms/web1");
  withFollow(withBody(command)).action((parts: string[], options: BodyOptions & FollowOptions) =>
    cli.withManager(`do ${parts.join(" ")}`, async (open) => {
      const all = wordsOf(parts);
      const words = all.slice(0, -1);
      const where = words.join("/");
      const place = parsePlace(words);
      const action = requireAction(place, where, all.at(-1) ?? "");
      const body = await readBody(open.world, "action", options);
      const path = await findPath(open.manager, place);
      const answer = await followJobs(open, `${action} of ${where}`, options, (call) =>
        open.manager.documents.act(path, action, body, call),
      );
      cli.say(`${where === "" ? "The API" : where}: ${action} is ${options.follow === true ? "done" : "begun"}.`);
      cli.printOne(answer, () => resultOf(answer));
    }),
  );
}

/** @throws CliProblem */
function requireAction({ service }: Place, where: string, word: string): string {
  const offered = Object.keys(services[service].actions);
  const action = findWord(offered, word);
  if (action !== undefined) return action;
  const { item } = services[service];
  const below = item === undefined ? [] : Object.keys(services[item].actions);
  if (findWord(below, word) !== undefined) {
    throw usageProblem(`${where} is a collection`, `Say with which: yagura do ${where} NAME ${word}`);
  }
  const look = offered.length > 0 ? `It can: ${offered.join(", ")}` : `See what there is: yagura describe ${where}`;
  throw usageProblem(`${where || "the API"} has no action "${word}"`, didYouMean(word, offered, look));
}

/** What an action tells beside that it was taken: a ticket, a job of its own. */
function resultOf({ id: _id, href: _href, status: _status, job: _job, async: _async, ...result }: Action): string {
  const rows = flatten(result);
  return rows.length === 0 ? "" : formatDetails(rows);
}
