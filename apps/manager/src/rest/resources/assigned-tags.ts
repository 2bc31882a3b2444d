import { listTagAssignments, listTags, listTagsOf } from "../../db/queries/tags.ts";
import { NotFound } from "../../domain/errors.ts";
import type { TaggedType, TagId } from "../../domain/tag/tag.ts";
import { assignTag, type Tagged, unassignTag } from "../../operations/tags/assign-tag.ts";
import { manyLists } from "../many.ts";
import { findReferenced, pathId } from "../references.ts";
import { MissingMember } from "../refusals.ts";
import { renderAssignedTag } from "../representations/tag.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import type { Searchable } from "../search/field.ts";
import { hostSearch } from "../search/fields/hosts.ts";
import { templateSearch } from "../search/fields/templates.ts";
import { userSearch } from "../search/fields/users.ts";
import { vmSearch } from "../search/fields/vms.ts";
import { byId, cutList } from "../select-list.ts";
import { groupOf } from "./groups.ts";
import { userOf } from "./users.ts";

/** A kind of thing that bears tags: where it is in the API, and how one of it is found that the caller may see. */
interface Owner {
  readonly type: TaggedType;
  readonly path: string;
  readonly searchable?: Searchable;
  find(request: RestRequest): Promise<{ readonly id: string; readonly name: string }>;
}

const owners: readonly Owner[] = [
  { type: "vm", path: "vms", searchable: vmSearch, find: (request) => request.inventory.vm(param(request, "vm")) },
  {
    type: "host",
    path: "hosts",
    searchable: hostSearch,
    find: (request) => request.inventory.host(param(request, "host")),
  },
  {
    type: "template",
    path: "templates",
    searchable: templateSearch,
    find: (request) => request.inventory.template(param(request, "template")),
  },
  { type: "user", path: "users", searchable: userSearch, find: userOf },
  { type: "group", path: "groups", find: groupOf },
];

export const assignedTagRoutes: readonly Route[] = owners.flatMap((owner) => routesOf(owner));

function routesOf({ type, path, searchable, find }: Owner): Route[] {
  const collection = `/${path}/:${type}/tags`;
  const taggedOf = async (request: RestRequest): Promise<Tagged> => {
    const { id, name } = await find(request);
    return { type, id, name };
  };
  const ownerOf = ({ id }: Tagged) => ({ member: type, path, id });
  return [
    {
      method: "GET",
      path: collection,
      async handle(request) {
        const tagged = await taggedOf(request);
        const tags = cutList(request, await listTagsOf(request.context.db, tagged));
        return list(
          "tag",
          tags.map((tag) => renderAssignedTag(tag, request.links, ownerOf(tagged))),
        );
      },
      ...(searchable !== undefined && {
        many: manyLists({ type: "tag", name: type, searchable }, async ({ context, links }) => {
          const [tags, assigned] = [byId(await listTags(context.db)), await listTagAssignments(context.db, type)];
          const render = (tagId: string, id: string) => {
            const tag = tags.get(tagId);
            return tag === undefined ? [] : [renderAssignedTag(tag, links, { member: type, path, id })];
          };
          const byOwner = Map.groupBy(assigned, ({ objectId }) => objectId);
          return new Map([...byOwner].map(([id, each]) => [id, each.flatMap(({ tagId }) => render(tagId, id))]));
        }),
      }),
    },
    {
      method: "GET",
      path: `${collection}/:tag`,
      async handle(request) {
        const tagged = await taggedOf(request);
        const tagId = idOf(request);
        const tag = (await listTagsOf(request.context.db, tagged)).find(({ id }) => id === tagId);
        if (tag === undefined) throw new NotFound("tag", tagId);
        return entity("tag", renderAssignedTag(tag, request.links, ownerOf(tagged)));
      },
    },
    {
      method: "POST",
      path: collection,
      async handle(request) {
        const tagged = await taggedOf(request);
        const found = await findReferenced("tag", request.read("tag"), () => listTags(request.context.db));
        if (found === undefined) throw new MissingMember("Tag", ["id|name"], "add");
        const tag = await assignTag(request.context, found.id, tagged);
        return entity("tag", renderAssignedTag(tag, request.links, ownerOf(tagged)), "created");
      },
    },
    {
      method: "DELETE",
      path: `${collection}/:tag`,
      async handle(request) {
        await unassignTag(request.context, idOf(request), await taggedOf(request));
        return completed();
      },
    },
  ];
}

function idOf(request: RestRequest): TagId {
  return pathId<TagId>("tag", param(request, "tag"));
}
