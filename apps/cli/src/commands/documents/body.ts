import {
  BadDocument,
  codecOf,
  type RestTypeName,
  type RestTypes,
  readJson,
  readXml,
  writeJson,
} from "@yagura/rest-client";
import { didYouMean } from "../../closest.ts";
import { usageProblem } from "../../problem.ts";
import type { CliWorld } from "../../world.ts";
import { readText } from "./read-text.ts";
import { type JsonObject, setMember } from "./set-member.ts";

export interface BodyOptions {
  readonly set?: readonly string[];
  /** JSON or XML; `-` for standard input. */
  readonly file?: string;
}

/** The document that `--file` and `--set` say together; `--set` goes before the file. @throws CliProblem */
export async function readBody<K extends RestTypeName>(
  world: CliWorld,
  type: K,
  { set = [], file }: BodyOptions,
): Promise<RestTypes[K]> {
  const json = file === undefined ? {} : parse(type, file, await readText(world, file));
  for (const each of set) await setMember(type, json, each);
  return understood(type, "--set", () => readJson(type, JSON.stringify(json)));
}

function parse(type: RestTypeName, file: string, text: string): JsonObject {
  const isXml = text.trimStart().startsWith("<");
  // By way of the model: what it does not know in XML is left out, as the Manager would.
  const json = understood(type, file, () => (isXml ? writeJson(type, readXml(type, text)) : text));
  const value: unknown = understood(type, file, () => parseJson(json));
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw usageProblem(`${file} holds no ${type}`, "Give one object in JSON, or one element in XML");
  }
  refuseUnknownMembers(type, value, file);
  return value as JsonObject;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BadDocument("", "neither JSON nor XML", { cause });
  }
}

function refuseUnknownMembers(type: RestTypeName, value: object, file: string): void {
  const { byTag } = codecOf(type);
  const unknown = Object.keys(value).find((name) => !byTag.has(name));
  if (unknown === undefined) return;
  const look = `See its members: yagura describe --type ${type}`;
  throw usageProblem(`${file}: ${type} has no member "${unknown}"`, didYouMean(unknown, [...byTag.keys()], look));
}

function understood<T>(type: RestTypeName, from: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof BadDocument)) throw cause;
    throw usageProblem(`${from}: ${cause.message}`, `See what it takes: yagura describe --type ${type}`);
  }
}
