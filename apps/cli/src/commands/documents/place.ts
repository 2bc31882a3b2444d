import { apiRoot, type ServiceName, services } from "@yagura/rest-client";
import { didYouMean, plain } from "../../closest.ts";
import { usageProblem } from "../../problem.ts";

/** One step into the API: to a collection by its word in a path, or to one thing in it by its name or id. */
export type Step =
  | { readonly to: "child"; readonly segment: string }
  | { readonly to: "item"; readonly nameOrId: string; readonly collection: ServiceName };

/** A place of the API as somebody wrote it, with names where the path has ids. */
export interface Place {
  readonly steps: readonly Step[];
  readonly service: ServiceName;
}

/**
 * The words of a place. The first argument may be a path (`vms/web1/nics`, `%2F` for a slash in a name); those after it
 * are one word each, taken as they are.
 * @throws CliProblem
 */
export function wordsOf(parts: readonly string[]): readonly string[] {
  const [path = "", ...others] = parts;
  const below = path.startsWith(apiRoot) ? path.slice(apiRoot.length) : path;
  const words = below.split("/").filter((word) => word !== "");
  return [...words.map(decode), ...others];
}

function decode(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** Follows the tables of the API. @throws CliProblem saying which word leads nowhere, and what was probably meant. */
export function parsePlace(words: readonly string[]): Place {
  let place: Place = { steps: [], service: "system" };
  for (const [at, word] of words.entries()) {
    const next = stepFrom(place.service, word);
    if (next === undefined) throw nothingThere(words, at, Object.keys(services[place.service].children));
    place = { steps: [...place.steps, next.step], service: next.service };
  }
  return place;
}

function stepFrom(from: ServiceName, word: string): { readonly step: Step; readonly service: ServiceName } | undefined {
  const { item, children } = services[from];
  const segment = findWord(Object.keys(children), word);
  const child = segment === undefined ? undefined : children[segment];
  if (segment !== undefined && child !== undefined) return { step: { to: "child", segment }, service: child.service };
  if (item === undefined) return undefined;
  if (["", ".", ".."].includes(word.trim())) throw usageProblem("a name is empty", "Give the name or id");
  return { step: { to: "item", nameOrId: word, collection: from }, service: item };
}

function nothingThere(words: readonly string[], at: number, offered: readonly string[]): Error {
  const above = words.slice(0, at).join("/");
  const where = above === "" ? "in the API" : `below ${above}`;
  const look = `See what there is: yagura describe${above === "" ? "" : ` ${above}`}`;
  return usageProblem(`there is no "${words[at]}" ${where}`, didYouMean(words[at] ?? "", offered, look));
}

/** The word of a table that somebody wrote with other letters or with dashes. */
export function findWord(offered: readonly string[], word: string): string | undefined {
  return offered.includes(word) ? word : offered.find((each) => plain(each) === plain(word));
}
