import type { Id } from "@yagura/std/ids.ts";

export type TagId = Id<"tag">;

/** A word that things are marked with. Tags form a tree: what bears a tag is found by those above it too. */
export interface Tag {
  readonly id: TagId;
  readonly name: string;
  readonly description: string;
  /** Only the root has none. */
  readonly parentId?: TagId;
}

/** oVirt's id of the one tag that is always there and above all others. */
export const rootTagId = "00000000-0000-0000-0000-000000000000" as TagId;

/** What can bear tags. */
export type TaggedType = "vm" | "host" | "template" | "user" | "group";

export interface TaggedRef {
  readonly type: TaggedType;
  readonly id: string;
}

const NAME_CHARACTERS_MAX = 50;

/** Why a tag cannot be called so; none when it can. */
export function tagNameProblems(name: string): string[] {
  return [
    ...(/^[\p{L}\p{N}_-]+$/u.test(name)
      ? []
      : ["Invalid tag name. Only letters, numbers, '-', and '_' are valid characters."]),
    ...(name.length > NAME_CHARACTERS_MAX ? [`A tag name has at most ${NAME_CHARACTERS_MAX} characters.`] : []),
  ];
}

/** The tag and all below it, those below first: in this order they can be removed. Pure. */
export function tagWithDescendants(tags: readonly Tag[], tagId: TagId): Tag[] {
  const below = tags.filter(({ parentId }) => parentId === tagId).flatMap(({ id }) => tagWithDescendants(tags, id));
  return [...below, ...tags.filter(({ id }) => id === tagId)];
}
