import type { QueryParameters } from "@yagura/rest-client";
import type { Command } from "commander";
import { parseDurationMs } from "../../arguments/numbers.ts";
import { usageProblem } from "../../problem.ts";
import type { BodyOptions } from "./body.ts";

export interface QueryOptions {
  readonly query?: readonly string[];
}

export interface FollowOptions {
  readonly follow?: boolean;
  readonly timeout: number;
}

const TIMEOUT_MS_DEFAULT = 300_000;

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

export function withBody(command: Command): Command {
  return command
    .option(
      "--set <member=value>",
      "one value: memory=2GiB, cluster=Default, nics[0].name=nic1; may be repeated",
      collect,
    )
    .option("--file <file>", "a document in JSON or XML, - for standard input; --set goes before it");
}

export function withQuery(command: Command): Command {
  return command.option("--query <name=value>", "any other parameter of the API; may be repeated", collect);
}

/** `--wait` as the verbs of their own have it; `--follow` is the same. */
export function withFollow(command: Command): Command {
  return command
    .option("--wait, --follow", "stay until the jobs of this request have ended, and tell how far they are")
    .option(
      "--timeout <duration>",
      "give up waiting after this long: 90s, 10m; by default 5m",
      parseDurationMs,
      TIMEOUT_MS_DEFAULT,
    );
}

/** @throws CliProblem */
export function parametersOf({ query = [] }: QueryOptions): QueryParameters {
  return Object.fromEntries(
    query.map((text) => {
      const [, name = "", value = ""] = /^([\w.]+)=([\s\S]*)$/.exec(text) ?? [];
      if (name === "")
        throw usageProblem(`--query ${JSON.stringify(text)} is no parameter`, "As in --query clone=true");
      return [name, value];
    }),
  );
}

/** Nothing at all would be asked for. @throws CliProblem */
export function requireBody({ set, file }: BodyOptions, example: string): void {
  if (set === undefined && file === undefined) throw usageProblem("nothing is to be set", `Say what: ${example}`);
}
