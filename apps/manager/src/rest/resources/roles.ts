import { listRoles } from "../../db/queries/permissions.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Role } from "../../domain/user/user.ts";
import { renderPermit, renderRole } from "../representations/user.ts";
import { entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

/** Which roles there are is no secret; who has them is. */
export const roleRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/roles",
    async handle(request) {
      const roles = cutList(request, await listRoles(request.context.db));
      return list(
        "role",
        roles.map((role) => renderRole(role, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/roles/:role",
    handle: async (request) => entity("role", renderRole(await roleOf(request), request.links)),
  },
  {
    method: "GET",
    path: "/roles/:role/permits",
    async handle(request) {
      return list("permit", cutList(request, await permitsOf(request)));
    },
  },
  {
    method: "GET",
    path: "/roles/:role/permits/:permit",
    async handle(request) {
      const permitId = param(request, "permit");
      const found = (await permitsOf(request)).find(({ id }) => id === permitId);
      if (found === undefined) throw new NotFound("permit", permitId.slice(0, 80));
      return entity("permit", found);
    },
  },
];

async function roleOf(request: RestRequest): Promise<Role> {
  const roleId = param(request, "role").toLowerCase();
  const found = (await listRoles(request.context.db)).find(({ id }) => id === roleId);
  if (found === undefined) throw new NotFound("role", roleId.slice(0, 80));
  return found;
}

async function permitsOf(request: RestRequest) {
  const role = await roleOf(request);
  return role.permits.map((permit) => renderPermit(permit, request.links, "roles", role.id));
}
