import { newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { insertBookmark, listBookmarks } from "../../db/queries/bookmarks.ts";
import { transaction } from "../../db/transaction.ts";
import { type Bookmark, type BookmarkId, bookmarkProblems } from "../../domain/bookmark/bookmark.ts";
import { refuseIf } from "../../domain/errors.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot add Bookmark.";

export async function createBookmark(context: OpContext, asked: Omit<Bookmark, "id">): Promise<Bookmark> {
  await context.authorize("bookmark_management", systemObject);
  refuseIf(attempt, bookmarkProblems(asked), "invalid");
  return transaction(context.db, async (tx) => {
    const isTaken = (await listBookmarks(tx)).some(({ name }) => name === asked.name);
    refuseIf(attempt, isTaken ? ["The Bookmark name is already in use."] : []);
    const bookmark: Bookmark = { ...asked, id: newId<BookmarkId>() };
    await insertBookmark(tx, bookmark);
    await announce(tx, context.clock, {
      name: "bookmarkAdded",
      ...byActor(context),
      details: { bookmark: bookmark.name },
    });
    return bookmark;
  });
}
