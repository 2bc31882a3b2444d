import { type OperationName, type Service, services } from "@yagura/rest-client";
import { usageProblem } from "../../problem.ts";
import type { Place } from "./place.ts";

const verbs: Readonly<Record<OperationName, string>> = {
  list: "get",
  get: "get",
  add: "add",
  update: "update",
  remove: "remove",
};

/** What the API offers at a place, as verbs of this program. */
export function verbsOf({ operations, actions }: Service): readonly string[] {
  return [...new Set([...operations.map((each) => verbs[each]), ...(Object.keys(actions).length > 0 ? ["do"] : [])])];
}

/** The service at a place that offers one of the operations. @throws CliProblem saying what it offers instead. */
export function requireOperation(place: Place, words: readonly string[], ...wanted: readonly OperationName[]): Service {
  const service = services[place.service];
  if (wanted.some((each) => service.operations.includes(each))) return service;
  const verb = verbs[wanted[0] ?? "get"];
  const where = words.join("/");
  const name = words.at(-1) ?? "";
  const [collection] = place.steps.at(-1)?.to === "child" ? ["a collection"] : ["one thing"];
  if (service.item !== undefined && services[service.item].operations.some((each) => wanted.includes(each))) {
    throw usageProblem(`${where || "the API"} is a collection`, `Say which of it: yagura ${verb} ${where} NAME`);
  }
  const offered = verbsOf(service);
  throw usageProblem(
    `the API offers no ${verb} of ${name === "" ? "itself" : `${where}, which is ${collection}`}`,
    offered.length > 0 ? `It offers: ${offered.join(", ")}` : `See what there is: yagura describe ${where}`,
  );
}
