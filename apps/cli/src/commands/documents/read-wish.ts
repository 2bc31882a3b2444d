import type { Command } from "../../cli.ts";
import { type BodyOptions, readBody } from "./body.ts";
import { findPath } from "./find-place.ts";
import { requireOperation } from "./offered.ts";
import { requireBody } from "./options.ts";
import { parsePlace, wordsOf } from "./place.ts";

/**
 * What is to be added or changed, and where: everything that can be wrong with it is said before the Manager is asked to do it.
 * @param example of `--set`, for whoever gave no body
 * @throws CliProblem
 */
export async function readWish(
  { world, manager }: Command,
  operation: "add" | "update",
  parts: readonly string[],
  options: BodyOptions,
  example: string,
) {
  const words = wordsOf(parts);
  const where = words.join("/");
  const place = parsePlace(words);
  const { type = "action" } = requireOperation(place, words, operation);
  requireBody(options, `yagura ${operation} ${where} --set ${example}`);
  const body = await readBody(world, type, options);
  return { where, type, body, path: await findPath(manager, place) };
}
