import type { Tag as RestTag } from "@yagura/rest-model";
import { getTag, listTags } from "../../db/queries/tags.ts";
import type { TagId } from "../../domain/tag/tag.ts";
import { createTag } from "../../operations/tags/create-tag.ts";
import { removeTag } from "../../operations/tags/remove-tag.ts";
import { updateTag } from "../../operations/tags/update-tag.ts";
import { defined } from "../defined.ts";
import { findReferenced, pathId, required } from "../references.ts";
import { renderTag } from "../representations/tag.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

/** The words themselves are open to everybody, as in oVirt; what bears them is not. */
export const tagRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/tags",
    async handle(request) {
      const tags = cutList(request, await listTags(request.context.db));
      return list(
        "tag",
        tags.map((tag) => renderTag(tag, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/tags/:tag",
    handle: async (request) => entity("tag", renderTag(await getTag(request.context.db, idOf(request)), request.links)),
  },
  {
    method: "POST",
    path: "/tags",
    async handle(request) {
      const body = request.read("tag");
      const name = required(body.name, "Tag", "name", "add");
      const parentId = await readParent(request, body);
      const added = await createTag(request.context, {
        name,
        ...defined({ description: body.description, parentId }),
      });
      return entity("tag", renderTag(added, request.links), "created");
    },
  },
  {
    method: "PUT",
    path: "/tags/:tag",
    async handle(request) {
      const body = request.read("tag");
      const parentId = await readParent(request, body);
      const changes = defined({ name: body.name, description: body.description, parentId });
      const updated = await updateTag(request.context, { tagId: idOf(request), ...changes });
      return entity("tag", renderTag(updated, request.links));
    },
  },
  {
    method: "DELETE",
    path: "/tags/:tag",
    async handle(request) {
      await removeTag(request.context, idOf(request));
      return completed();
    },
  },
];

function idOf(request: RestRequest): TagId {
  return pathId<TagId>("tag", param(request, "tag"));
}

async function readParent({ context }: RestRequest, { parent }: RestTag): Promise<TagId | undefined> {
  return (await findReferenced("tag", parent, () => listTags(context.db)))?.id;
}
