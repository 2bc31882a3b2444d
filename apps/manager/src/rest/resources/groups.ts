import type { Group as RestGroup } from "@yagura/rest-model";
import type { UserId } from "@yagura/std/ids.ts";
import { listGroups, listGroupsOf, listMembers } from "../../db/queries/groups.ts";
import { listUsers } from "../../db/queries/users.ts";
import { NotFound } from "../../domain/errors.ts";
import { domainOf } from "../../domain/user/internal-user.ts";
import { type Group, type GroupId, systemObject } from "../../domain/user/user.ts";
import { createGroup } from "../../operations/groups/create-group.ts";
import { addMember, removeMember } from "../../operations/groups/group-members.ts";
import { removeGroup } from "../../operations/groups/remove-group.ts";
import { foundList } from "../found-list.ts";
import { manyEntities } from "../many.ts";
import { getReferenced, pathId, required } from "../references.ts";
import { renderGroup, renderUser } from "../representations/user.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { groupSearch } from "../search/fields/groups.ts";
import type { SearchFields } from "../search/select.ts";
import { cutList } from "../select-list.ts";
import { readDomain } from "./users.ts";

/** Whoever administers nothing sees only the groups that he is in. `members` is an addition of ours. */
export const groupRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/groups",
    async handle(request) {
      return foundList(request, "group", groupSearch, (ids) => readGroups(request, ids as GroupId[]));
    },
  },
  {
    method: "GET",
    path: "/groups/:group",
    handle: async (request) => entity("group", renderGroup(await groupOf(request), request.links)),
    many: manyEntities({ type: "group", name: "group", searchable: groupSearch }, readGroups),
  },
  {
    method: "POST",
    path: "/groups",
    async handle(request) {
      const body = request.read("group");
      const created = await createGroup(request.context, {
        name: required(body.name, "Group", "name", "add"),
        domain: domainOf(readDomain(body.domain)),
      });
      return entity("group", renderGroup(created, request.links), "created");
    },
  },
  {
    method: "DELETE",
    path: "/groups/:group",
    async handle(request) {
      await removeGroup(request.context, (await groupOf(request)).id);
      return completed();
    },
  },
  {
    method: "GET",
    path: "/groups/:group/members",
    async handle(request) {
      const group = await groupOf(request);
      // Who else is in a group is for those who say so.
      await request.context.authorize("manipulate_users", systemObject);
      const members = cutList(request, await listMembers(request.context.db, group.id));
      return list(
        "user",
        members.map((user) => renderUser(user, request.links)),
      );
    },
  },
  {
    method: "POST",
    path: "/groups/:group/members",
    async handle(request) {
      const group = await groupOf(request);
      const { db } = request.context;
      const { id, user_name: name } = request.read("user");
      const named = async () => (await listUsers(db)).map((user) => ({ ...user, name: `${user.name}@${user.domain}` }));
      const reference = { id, name: name?.replace(/-authz$/, "") };
      const user = await getReferenced("user", reference, named, { type: "User", member: "user", operation: "add" });
      const added = await addMember(request.context, { groupId: group.id, userId: user.id });
      return entity("user", renderUser(added, request.links), "created");
    },
  },
  {
    method: "DELETE",
    path: "/groups/:group/members/:user",
    async handle(request) {
      const userId = pathId<UserId>("user", param(request, "user"));
      await removeMember(request.context, { groupId: (await groupOf(request)).id, userId });
      return completed();
    },
  },
];

async function readGroups({ context, links }: RestRequest, ids: readonly GroupId[]): Promise<RestGroup[]> {
  return (await listGroups(context.db, { ids })).map((group) => renderGroup(group, links));
}

/** @throws NotFound also for groups of others, to whom it is not told */
export async function groupOf(request: RestRequest): Promise<Group> {
  const groupId = pathId<GroupId>("group", param(request, "group"));
  const group = (await visibleGroups(request)).find(({ id }) => id === groupId);
  if (group === undefined) throw new NotFound("group", groupId);
  return group;
}

export async function visibleGroups({ context: { db, actor } }: RestRequest): Promise<readonly Group[]> {
  if (actor.isAdministrator) return listGroups(db);
  return actor.userId === undefined ? [] : listGroupsOf(db, actor.userId);
}

export const groupSearchFields: SearchFields<Group> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  usrname: ({ name, domain }) => [name, `${name}@${domain}`, `${name}@${domain}-authz`],
  namespace: ({ namespace }) => namespace,
  directory: ({ domain }) => [domain, `${domain}-authz`],
  domain: ({ domain }) => [domain, `${domain}-authz`],
  type: () => "group",
};
