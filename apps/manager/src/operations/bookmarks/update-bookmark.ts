import type { OpContext } from "../../context.ts";
import { getBookmark, listBookmarks, updateBookmark as writeBookmark } from "../../db/queries/bookmarks.ts";
import { transaction } from "../../db/transaction.ts";
import { type Bookmark, type BookmarkId, bookmarkProblems } from "../../domain/bookmark/bookmark.ts";
import { refuseIf } from "../../domain/errors.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot edit Bookmark.";

export interface BookmarkUpdate {
  readonly bookmarkId: BookmarkId;
  readonly name?: string;
  readonly value?: string;
}

export async function updateBookmark(
  context: OpContext,
  { bookmarkId, ...changes }: BookmarkUpdate,
): Promise<Bookmark> {
  await context.authorize("bookmark_management", systemObject);
  refuseIf(attempt, bookmarkProblems(changes), "invalid");
  return transaction(context.db, async (tx) => {
    const bookmark = await getBookmark(tx, bookmarkId);
    const isTaken = (await listBookmarks(tx)).some(({ id, name }) => id !== bookmarkId && name === changes.name);
    refuseIf(attempt, isTaken ? ["The Bookmark name is already in use."] : []);
    await writeBookmark(tx, bookmarkId, changes);
    await announce(tx, context.clock, {
      name: "bookmarkUpdated",
      ...byActor(context),
      details: { bookmark: bookmark.name },
    });
    return getBookmark(tx, bookmarkId);
  });
}
