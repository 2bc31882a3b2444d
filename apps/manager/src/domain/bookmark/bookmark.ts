import type { Id } from "@yagura/std/ids.ts";

export type BookmarkId = Id<"bookmark">;

/** A search that an administrator wants to do again: "Vms:name=web* and status=up". */
export interface Bookmark {
  readonly id: BookmarkId;
  readonly name: string;
  readonly value: string;
}

const CHARACTERS_MAX = 300;

/** Why there cannot be such a bookmark; none when there can. */
export function bookmarkProblems({ name, value }: Partial<Omit<Bookmark, "id">>): string[] {
  return [
    ...(name?.trim() === "" ? ["The name of a Bookmark must not be empty."] : []),
    ...(value?.trim() === "" ? ["The search of a Bookmark must not be empty."] : []),
    ...([name, value].some((text) => (text?.length ?? 0) > CHARACTERS_MAX)
      ? [`The name and the search of a Bookmark have at most ${CHARACTERS_MAX} characters.`]
      : []),
  ];
}
