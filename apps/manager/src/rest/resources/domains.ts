import { NotFound } from "../../domain/errors.ts";
import {
  directories,
  directoryId,
  renderDirectoryGroup,
  renderDirectoryUser,
  renderDomain,
} from "../representations/user.ts";
import { entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList, selectList } from "../select-list.ts";
import { groupSearchFields, visibleGroups } from "./groups.ts";
import { userSearchFields, visibleUsers } from "./users.ts";

/** The directories that users come from: so far our own, of which everybody who is in it has been added already. */
export const domainRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/domains",
    async handle(request) {
      return list(
        "domain",
        cutList(request, directories).map((directory) => renderDomain(directory, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/domains/:domain",
    handle: async (request) => entity("domain", renderDomain(directoryOf(request), request.links)),
  },
  {
    method: "GET",
    path: "/domains/:domain/users",
    async handle(request) {
      const found = selectList(request, await usersIn(request), userSearchFields);
      return list(
        "user",
        found.map((user) => renderDirectoryUser(user, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/domains/:domain/users/:directoryUser",
    async handle(request) {
      const id = param(request, "directoryUser");
      const user = (await usersIn(request)).find(({ externalId }) => directoryId(externalId) === id.toUpperCase());
      if (user === undefined) throw new NotFound("user", id.slice(0, 80));
      return entity("user", renderDirectoryUser(user, request.links));
    },
  },
  {
    method: "GET",
    path: "/domains/:domain/groups",
    async handle(request) {
      const found = selectList(request, await groupsIn(request), groupSearchFields);
      return list(
        "group",
        found.map((group) => renderDirectoryGroup(group, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/domains/:domain/groups/:directoryGroup",
    async handle(request) {
      const id = param(request, "directoryGroup");
      const group = (await groupsIn(request)).find(({ externalId }) => directoryId(externalId) === id.toUpperCase());
      if (group === undefined) throw new NotFound("group", id.slice(0, 80));
      return entity("group", renderDirectoryGroup(group, request.links));
    },
  },
];

function directoryOf(request: RestRequest): string {
  const domainId = param(request, "domain");
  const found = directories.find((directory) => directoryId(directory) === domainId.toUpperCase());
  if (found === undefined) throw new NotFound("domain", domainId.slice(0, 80));
  return found;
}

async function usersIn(request: RestRequest) {
  const directory = directoryOf(request);
  return (await visibleUsers(request)).filter(({ domain }) => `${domain}-authz` === directory);
}

async function groupsIn(request: RestRequest) {
  const directory = directoryOf(request);
  return (await visibleGroups(request)).filter(({ domain }) => `${domain}-authz` === directory);
}
