import type { Bookmark, BookmarkId } from "../../domain/bookmark/bookmark.ts";
import { NotFound } from "../../domain/errors.ts";
import { definedOnly } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { BookmarkRow } from "../schema.ts";

export async function listBookmarks(db: Db): Promise<Bookmark[]> {
  return (await db.selectFrom("bookmarks").selectAll().orderBy("name").execute()).map(toBookmark);
}

/** @throws NotFound */
export async function getBookmark(db: Db, bookmarkId: BookmarkId): Promise<Bookmark> {
  const row = await db.selectFrom("bookmarks").selectAll().where("id", "=", bookmarkId).executeTakeFirst();
  if (row === undefined) throw new NotFound("bookmark", bookmarkId);
  return toBookmark(row);
}

export async function insertBookmark(tx: Tx, bookmark: Bookmark): Promise<void> {
  await tx.insertInto("bookmarks").values(bookmark).execute();
}

export async function updateBookmark(
  tx: Tx,
  bookmarkId: BookmarkId,
  changes: Partial<Omit<Bookmark, "id">>,
): Promise<void> {
  const columns = definedOnly(changes);
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("bookmarks").set(columns).where("id", "=", bookmarkId).execute();
}

export async function deleteBookmark(tx: Tx, bookmarkId: BookmarkId): Promise<void> {
  await tx.deleteFrom("bookmarks").where("id", "=", bookmarkId).execute();
}

function toBookmark({ id, name, value }: BookmarkRow): Bookmark {
  return { id: id as BookmarkId, name, value };
}
