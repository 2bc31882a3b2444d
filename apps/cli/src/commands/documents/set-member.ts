import { codecOf, identifiedTypes, type MemberCodec, type RestTypeName, type ValueKind } from "@yagura/rest-client";
import { findId } from "@yagura/std/ids.ts";
import { parseBytes } from "../../arguments/bytes.ts";
import { didYouMean } from "../../closest.ts";
import { usageProblem } from "../../problem.ts";
import { readTextFile } from "./read-text.ts";

export type JsonObject = { [member: string]: JsonValue };
type JsonValue = string | JsonObject | JsonValue[];

/**
 * Puts `cpu.topology.cores=2` into a document in the API's JSON. `nics[1].name=…` counts from 0, a list without a
 * number means its first; `cluster=Default` is short for its name (or id); `@FILE` is the text of a file; sizes may have
 * a unit. That the values fit is found when the document is read.
 * @throws CliProblem for a member that the type does not have.
 */
export async function setMember(type: RestTypeName, document: JsonObject, assignment: string): Promise<void> {
  const [, path = "", text = ""] = /^([^=]+)=([\s\S]*)$/.exec(assignment) ?? [];
  const words = [...path.matchAll(/([^.[\]]+)|\[(\d{1,4})\]/g)];
  if (words.length === 0)
    throw usageProblem(`--set ${JSON.stringify(assignment)} sets nothing`, "As in --set memory=2GiB");
  const value = text.startsWith("@@") ? text.slice(1) : text.startsWith("@") ? await readTextFile(text.slice(1)) : text;
  let at = { type, object: document };
  for (let index = 0; index < words.length; index += 1) {
    const name = words[index]?.[1] ?? "";
    const member = memberOf(at.type, name);
    const numbered =
      words[index + 1]?.[2] ??
      (member.place === "list" ? /^\d{1,4}$/.exec(words[index + 1]?.[1] ?? "")?.[0] : undefined);
    if (numbered !== undefined) index += 1;
    const isLast = index === words.length - 1;
    const slot = slotFor(at.object, member, numbered === undefined ? undefined : Number(numbered), isLast, path);
    if (isLast) return slot.put(written(member.kind, value, path));
    if (member.kind.of !== "struct") throw usageProblem(`${path}: ${name} has no members`, `Set ${name} itself`);
    at = { type: member.kind.type, object: slot.object() };
  }
}

function memberOf(type: RestTypeName, name: string): MemberCodec {
  const { byTag, members } = codecOf(type);
  const member = byTag.get(name) ?? members.find((each) => each.name === name);
  if (member !== undefined) return member;
  const look = `See its members: yagura describe --type ${type}`;
  throw usageProblem(`${type} has no member "${name}"`, didYouMean(name, [...byTag.keys()], look));
}

interface Slot {
  put(value: JsonValue): void;
  object(): JsonObject;
}

/** Where the member stands: in the object, or at its number in the list `{"nic":[…]}`. */
function slotFor(
  object: JsonObject,
  member: MemberCodec,
  number: number | undefined,
  isLast: boolean,
  path: string,
): Slot {
  if (member.place !== "list") return slot(object, member.tag);
  const wrapper = slot(object, member.tag).object();
  const items = wrapper[member.itemTag] ?? [];
  const list = Array.isArray(items) ? items : [items];
  wrapper[member.itemTag] = list;
  // `--set iscsi_targets=a --set iscsi_targets=b` are two.
  const index = number ?? (isLast ? list.length : 0);
  if (index > list.length)
    throw usageProblem(`${path}: there is no [${list.length}] yet`, "Count from [0], without gaps");
  return slot(list as unknown as JsonObject, String(index));
}

function slot(holder: JsonObject, key: string): Slot {
  return {
    put: (value) => {
      holder[key] = value;
    },
    object: () => {
      const there = holder[key];
      if (typeof there === "object" && !Array.isArray(there)) return there;
      const made: JsonObject = {};
      holder[key] = made;
      return made;
    },
  };
}

const wholeNumbers = ["int32", "uint32", "int64"];

function written(kind: ValueKind, text: string, path: string): JsonValue {
  if (kind.of === "struct") {
    if (identifiedTypes.has(kind.type)) return findId(text) === undefined ? { name: text } : { id: text };
    const [first = ""] = codecOf(kind.type).members.map(({ name }) => name);
    throw usageProblem(`${path} has members of its own`, `Set one of them, as in ${path}.${first}=…`);
  }
  const isSize = kind.of === "scalar" && wholeNumbers.includes(kind.scalar) && /^\d.*[a-z]$/i.test(text);
  return isSize ? String(parseBytes(text)) : text;
}
