import { codecOf, isRestType, type RestTypeName, type Service, services } from "@yagura/rest-client";
import type { Command, Option } from "commander";
import { parsePlace, wordsOf } from "../commands/documents/place.ts";

/**
 * What the last of these words may become: commands and options as they are declared, places and members from the
 * tables of the API. Names of things are not among them: that would be a question to the Manager at each key.
 */
export function candidates(program: Command, words: readonly string[]): readonly string[] {
  const current = words.at(-1) ?? "";
  const { command, rest } = descend(program, words.slice(0, -1));
  const previous = words.at(-2) ?? "";
  return offered(command, rest, previous, current).filter((word) => word.startsWith(current));
}

function descend(
  program: Command,
  words: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } {
  let command = program;
  for (const [at, word] of words.entries()) {
    const below = command.commands.find((each) => each.name() === word);
    if (below === undefined && !word.startsWith("-")) return { command, rest: words.slice(at) };
    command = below ?? command;
  }
  return { command, rest: [] };
}

const placeVerbs = ["get", "add", "update", "remove", "do", "describe"];

function offered(command: Command, rest: readonly string[], previous: string, current: string): readonly string[] {
  const option = optionOf(command, previous);
  if (option?.argChoices !== undefined) return option.argChoices;
  if (placeVerbs.includes(command.name()) && command.commands.length === 0) {
    const parts = rest.slice(0, rest.findIndex((word) => word.startsWith("-")) >>> 0);
    if (option?.long === "--set" || option?.long === "--columns") return members(command.name(), parts);
    if (!current.startsWith("-") && option?.required !== true) return places(command.name(), parts, current);
  }
  if (current.startsWith("-")) return optionsOf(command);
  return command.commands.map((each) => each.name());
}

function chain(command: Command): readonly Command[] {
  return command.parent === null ? [command] : [command, ...chain(command.parent)];
}

function optionOf(command: Command, word: string): Option | undefined {
  return chain(command)
    .flatMap((each) => each.options)
    .find((each) => (each.long === word || each.short === word) && !each.isBoolean());
}

function optionsOf(command: Command): readonly string[] {
  return chain(command).flatMap((each) => each.options.flatMap(({ long }) => long ?? []));
}

/** The words below a place: in the first argument after its last slash, later ones as they are. */
function places(verb: string, parts: readonly string[], current: string): readonly string[] {
  const isPath = parts.length === 0;
  const above = isPath ? current.slice(0, current.lastIndexOf("/") + 1) : "";
  const service = serviceAt(isPath ? [above] : parts);
  if (service === undefined) return [];
  const actions = verb === "do" ? Object.keys(service.actions) : [];
  return [...Object.keys(service.children), ...actions].map((word) => `${above}${word}`);
}

function serviceAt(parts: readonly string[]): Service | undefined {
  try {
    return services[parsePlace(wordsOf(parts)).service];
  } catch {
    return undefined;
  }
}

function members(verb: string, parts: readonly string[]): readonly string[] {
  const type: RestTypeName | undefined = verb === "do" ? "action" : serviceAt(parts)?.type;
  if (type === undefined || !isRestType(type)) return [];
  const end = verb === "get" ? "" : "=";
  return codecOf(type).members.map(({ name, kind }) => `${name}${kind.of === "struct" ? "." : end}`);
}
