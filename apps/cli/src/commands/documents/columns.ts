import { codecOf, type RestTypeName } from "@yagura/rest-client";
import { didYouMean } from "../../closest.ts";
import { flatten, valueAt } from "../../output/flatten.ts";
import type { Column } from "../../output/table.ts";
import { usageProblem } from "../../problem.ts";

/** What people look at first, where things have it; at most so many beside the id. */
const first = [
  "name",
  "alias",
  "user_name",
  "status",
  "severity",
  "time",
  "type",
  "interface",
  "value",
  "address",
  "mac.address",
  "version.major",
  "provisioned_size",
  "memory",
  "disk.id",
  "description",
];
const COLUMNS_MAX = 5;

/** The columns asked for (`name,cpu.topology.cores`), or those that say most about these things. @throws CliProblem */
export function columnsFor(type: RestTypeName, things: readonly object[], asked?: string): readonly Column<object>[] {
  const paths = asked === undefined ? [...usual(things), "id"] : asked.split(",").map((path) => path.trim());
  if (asked !== undefined) for (const path of paths) requireMember(type, path);
  return paths.map((path) => ({ title: path.toUpperCase(), value: (thing) => valueAt(thing, path) }));
}

function usual(things: readonly object[]): readonly string[] {
  const there = first.filter((path) => things.some((thing) => valueAt(thing, path) !== undefined));
  if (there.length > 0) return there.slice(0, COLUMNS_MAX);
  const [thing] = things;
  return flatten(thing)
    .map(([path]) => path)
    .filter((path) => path !== "id" && !path.includes("["))
    .slice(0, COLUMNS_MAX);
}

function requireMember(type: RestTypeName, path: string): void {
  const [name = ""] = path.split(/[.[]/);
  const { members } = codecOf(type);
  if (members.some((member) => member.name === name)) return;
  const names = members.map((member) => member.name);
  throw usageProblem(
    `${type} has no member "${name}"`,
    didYouMean(name, names, `See its members: yagura describe --type ${type}`),
  );
}
