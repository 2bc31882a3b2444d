import type { NamesSpec } from "./spec.ts";

/** "vm_nic" -> "VmNic": the name of a TypeScript type. */
export function typeName(name: string): string {
  return name
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/** "disk_attachments" -> "diskattachments": how a name appears in a path and as the `rel` of a link. */
export function pathName(name: string): string {
  return name.replaceAll("_", "");
}

/** How names become tags; the rules are in `specs/rest-model/README.md`. */
export interface Tags {
  /** The element of a type or member. */
  tag(name: string): string;
  /** The element around a list of this type. */
  collectionTag(type: string): string;
  /** The element of one word or number in a list that is called `member`. */
  scalarItemTag(member: string): string;
}

export function tagsOf(names: NamesSpec): Tags {
  const tag = (name: string): string => names.tags[name] ?? name;
  return {
    tag,
    collectionTag: (type) => tag(changeLastWord(type, (word) => names.plurals[word] ?? plural(word))),
    scalarItemTag: (member) => tag(changeLastWord(member, (word) => names.singulars[word] ?? singular(word))),
  };
}

function changeLastWord(name: string, change: (word: string) => string): string {
  const words = name.split("_");
  return [...words.slice(0, -1), change(words.at(-1) ?? "")].join("_");
}

function plural(word: string): string {
  return word.endsWith("y") ? `${word.slice(0, -1)}ies` : `${word}s`;
}

function singular(word: string): string {
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  return word.endsWith("s") ? word.slice(0, -1) : word;
}
