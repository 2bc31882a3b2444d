import type { OpContext } from "../../context.ts";
import { deleteBookmark, getBookmark } from "../../db/queries/bookmarks.ts";
import { transaction } from "../../db/transaction.ts";
import type { BookmarkId } from "../../domain/bookmark/bookmark.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

export async function removeBookmark(context: OpContext, bookmarkId: BookmarkId): Promise<void> {
  await context.authorize("bookmark_management", systemObject);
  await transaction(context.db, async (tx) => {
    const { name } = await getBookmark(tx, bookmarkId);
    await deleteBookmark(tx, bookmarkId);
    await announce(tx, context.clock, { name: "bookmarkRemoved", ...byActor(context), details: { bookmark: name } });
  });
}
