import { codecOf, isRestType, type MemberCodec, type RestTypeName, services } from "@yagura/rest-client";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { usageProblem } from "../../problem.ts";
import { verbsOf } from "./offered.ts";
import { parsePlace, wordsOf } from "./place.ts";

interface Description {
  readonly place?: string;
  readonly type?: string;
  readonly verbs?: readonly string[];
  readonly actions?: readonly string[];
  readonly below?: readonly string[];
  readonly members?: Readonly<Record<string, string>>;
}

/** `yagura describe [PLACE]`: what the API has there. Asks no Manager. */
export function addDescribe(program: Command, cli: Cli): void {
  program
    .command("describe")
    .description("what the API has at a place: verbs, actions, what is below, members; asks no Manager")
    .argument("[place...]", "vms, vms/web1, vms/web1/nics; nothing for the collections of the API")
    .option("--type <type>", "the members of a type instead: vm, cpu_topology")
    .action((parts: string[], options: { readonly type?: string }) =>
      cli.attempt(`describe ${options.type ?? parts.join(" ")}`.trim(), async () => {
        const description = options.type === undefined ? ofPlace(parts) : ofType(options.type);
        cli.printOne(description, () => format(description));
      }),
    );
}

function ofType(name: string): Description {
  if (isRestType(name)) return { type: name, members: membersOf(name) };
  throw usageProblem(`the API has no type "${name}"`, "Types are named where they are used: yagura describe vms/NAME");
}

function ofPlace(parts: readonly string[]): Description {
  const words = wordsOf(parts);
  const { service } = parsePlace(words);
  const { type, item, actions, children } = services[service];
  const verbs = verbsOf(services[service]);
  const ofItems = item === undefined ? [] : verbsOf(services[item]).filter((verb) => verb !== "get");
  return {
    place: words.length === 0 ? "the API" : words.join("/"),
    ...(type !== undefined && { type }),
    verbs: [...verbs, ...ofItems.filter((verb) => !verbs.includes(verb)).map((verb) => `${verb} NAME`)],
    actions: Object.keys(actions),
    below: [...Object.keys(children), ...(item === undefined ? [] : ["NAME"])],
    ...(type !== undefined && words.length > 0 && { members: membersOf(type) }),
  };
}

function membersOf(type: RestTypeName): Readonly<Record<string, string>> {
  const { members } = codecOf(type);
  return Object.fromEntries(
    members.filter(({ name }) => !notWritten.includes(name)).map((member) => [member.name, kindOf(member)]),
  );
}

const notWritten = ["href", "link", "actions"];

function kindOf({ kind, place }: MemberCodec): string {
  const list = place === "list" ? "[]" : "";
  if (kind.of === "scalar") return `${kind.scalar}${list}`;
  return kind.of === "struct" ? `${kind.type}${list}` : `${kind.words.join("|")}${list}`;
}

function format({ place, type, verbs = [], actions = [], below = [], members = {} }: Description): string {
  const rows = [
    place === undefined ? `type ${type}` : `${place}${type === undefined ? "" : ` (${type})`}`,
    ...(verbs.length > 0 ? [`verbs:    ${verbs.join(", ")}`] : []),
    ...(actions.length > 0 ? [`actions:  ${actions.join(", ")}`] : []),
    ...(below.length > 0 ? [`below it: ${below.join(", ")}`] : []),
    ...(Object.keys(members).length > 0 ? ["members:"] : []),
    ...Object.entries(members).map(([name, kind]) => `  ${name}  ${kind}`),
  ];
  return `${rows.join("\n")}\n`;
}
