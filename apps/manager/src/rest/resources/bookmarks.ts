import type { Bookmark as RestBookmark } from "@yagura/rest-model";
import { getBookmark, listBookmarks } from "../../db/queries/bookmarks.ts";
import type { Bookmark, BookmarkId } from "../../domain/bookmark/bookmark.ts";
import { NotAllowed } from "../../domain/errors.ts";
import { createBookmark } from "../../operations/bookmarks/create-bookmark.ts";
import { removeBookmark } from "../../operations/bookmarks/remove-bookmark.ts";
import { updateBookmark } from "../../operations/bookmarks/update-bookmark.ts";
import { defined } from "../defined.ts";
import type { Links } from "../links.ts";
import { pathId, required } from "../references.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

export const bookmarkRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/bookmarks",
    async handle(request) {
      requireAdministrator(request);
      const bookmarks = cutList(request, await listBookmarks(request.context.db));
      return list(
        "bookmark",
        bookmarks.map((bookmark) => render(bookmark, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/bookmarks/:bookmark",
    async handle(request) {
      requireAdministrator(request);
      return entity("bookmark", render(await getBookmark(request.context.db, idOf(request)), request.links));
    },
  },
  {
    method: "POST",
    path: "/bookmarks",
    async handle(request) {
      const body = request.read("bookmark");
      const name = required(body.name, "Bookmark", "name", "add");
      const value = required(body.value, "Bookmark", "value", "add");
      return entity(
        "bookmark",
        render(await createBookmark(request.context, { name, value }), request.links),
        "created",
      );
    },
  },
  {
    method: "PUT",
    path: "/bookmarks/:bookmark",
    async handle(request) {
      const { name, value } = request.read("bookmark");
      const updated = await updateBookmark(request.context, { bookmarkId: idOf(request), ...defined({ name, value }) });
      return entity("bookmark", render(updated, request.links));
    },
  },
  {
    method: "DELETE",
    path: "/bookmarks/:bookmark",
    async handle(request) {
      await removeBookmark(request.context, idOf(request));
      return completed();
    },
  },
];

/** The searches tell of what there is: they are for those who administer something. */
function requireAdministrator({ context }: RestRequest): void {
  if (!context.actor.isAdministrator) throw new NotAllowed("bookmark_management", "see bookmarks");
}

function idOf(request: RestRequest): BookmarkId {
  return pathId<BookmarkId>("bookmark", param(request, "bookmark"));
}

function render({ id, name, value }: Bookmark, links: Links): RestBookmark {
  return { ...links.of("bookmark", "bookmarks", id), name, value };
}
