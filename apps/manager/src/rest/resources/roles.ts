import type { Permit as RestPermit } from "@yagura/rest-model";
import { listPermissions } from "../../db/queries/permissions.ts";
import { listRoles } from "../../db/queries/roles.ts";
import { NotFound } from "../../domain/errors.ts";
import { findPermit, type Permit } from "../../domain/user/permits.ts";
import type { Principal, Role } from "../../domain/user/user.ts";
import { createRole } from "../../operations/roles/create-role.ts";
import { removeRole } from "../../operations/roles/remove-role.ts";
import { addPermits, removePermit, updateRole } from "../../operations/roles/update-role.ts";
import { defined } from "../defined.ts";
import { BadParameter } from "../edge/parameters.ts";
import { required } from "../references.ts";
import { MissingMember } from "../refusals.ts";
import { renderPermit, renderRole } from "../representations/permission.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";
import { groupOf } from "./groups.ts";
import { userOf } from "./users.ts";

/** Where roles are read: all there are, or those that somebody has on the whole system. */
interface Place {
  readonly path: string;
  segments(request: RestRequest): readonly string[];
  roles(request: RestRequest): Promise<readonly Role[]>;
}

const all: Place = {
  path: "/roles",
  segments: () => ["roles"],
  // Which roles there are is no secret; who has them is.
  roles: ({ context }) => listRoles(context.db),
};

const ofUser: Place = {
  path: "/users/:user/roles",
  segments: (request) => ["users", param(request, "user"), "roles"],
  roles: async (request) => rolesOn(request, { type: "user", id: (await userOf(request)).id }),
};

const ofGroup: Place = {
  path: "/groups/:group/roles",
  segments: (request) => ["groups", param(request, "group"), "roles"],
  roles: async (request) => rolesOn(request, { type: "group", id: (await groupOf(request)).id }),
};

export const roleRoutes: readonly Route[] = [
  ...[all, ofUser, ofGroup].flatMap(readingRoutes),
  {
    method: "POST",
    path: "/roles",
    async handle(request) {
      const body = request.read("role");
      const name = required(body.name, "Role", "name", "add");
      const role = await createRole(request.context, {
        name,
        description: body.description ?? "",
        isAdministrative: body.administrative ?? false,
        permits: required(body.permits, "Role", "permits.id", "add").map(readPermit),
      });
      return entity("role", renderRole(role, request.links), "created");
    },
  },
  {
    method: "PUT",
    path: "/roles/:role",
    async handle(request) {
      const { name, description, administrative } = request.read("role");
      const { id } = await roleIn(all, request);
      const asked = defined({ name, description, isAdministrative: administrative });
      return entity("role", renderRole(await updateRole(request.context, { roleId: id, ...asked }), request.links));
    },
  },
  {
    method: "DELETE",
    path: "/roles/:role",
    async handle(request) {
      await removeRole(request.context, (await roleIn(all, request)).id);
      return completed();
    },
  },
  {
    method: "POST",
    path: "/roles/:role/permits",
    async handle(request) {
      const permit = readPermit(request.read("permit"));
      const { id } = await roleIn(all, request);
      await addPermits(request.context, id, [permit]);
      return entity("permit", renderPermit(permit, request.links, "roles", id), "created");
    },
  },
  {
    method: "DELETE",
    path: "/roles/:role/permits/:permit",
    async handle(request) {
      const role = await roleIn(all, request);
      await removePermit(request.context, role.id, permitIn(role, request));
      return completed();
    },
  },
];

function readingRoutes(place: Place): Route[] {
  return [
    {
      method: "GET",
      path: place.path,
      async handle(request) {
        const roles = cutList(request, await place.roles(request));
        return list(
          "role",
          roles.map((role) => renderRole(role, request.links, place.segments(request))),
        );
      },
    },
    {
      method: "GET",
      path: `${place.path}/:role`,
      async handle(request) {
        const role = await roleIn(place, request);
        return entity("role", renderRole(role, request.links, place.segments(request)));
      },
    },
    {
      method: "GET",
      path: `${place.path}/:role/permits`,
      async handle(request) {
        const role = await roleIn(place, request);
        const permits = cutList(request, role.permits);
        return list(
          "permit",
          permits.map((permit) => renderPermit(permit, request.links, ...place.segments(request), role.id)),
        );
      },
    },
    {
      method: "GET",
      path: `${place.path}/:role/permits/:permit`,
      async handle(request) {
        const role = await roleIn(place, request);
        const permit = permitIn(role, request);
        return entity("permit", renderPermit(permit, request.links, ...place.segments(request), role.id));
      },
    },
  ];
}

/** The roles that somebody has on the whole system, as in oVirt. */
async function rolesOn({ context: { db } }: RestRequest, to: Principal): Promise<readonly Role[]> {
  const permissions = await listPermissions(db, { to });
  const ids = new Set(permissions.filter(({ object }) => object.type === "system").map(({ roleId }) => roleId));
  return (await listRoles(db)).filter(({ id }) => ids.has(id));
}

async function roleIn(place: Place, request: RestRequest): Promise<Role> {
  const roleId = param(request, "role").toLowerCase();
  const found = (await place.roles(request)).find(({ id }) => id === roleId);
  if (found === undefined) throw new NotFound("role", roleId.slice(0, 80));
  return found;
}

function permitIn(role: Role, request: RestRequest): Permit {
  const text = param(request, "permit");
  const permit = findPermit(text);
  if (permit === undefined || !role.permits.includes(permit)) throw new NotFound("permit", text.slice(0, 80));
  return permit;
}

/** A permit that a body names by its number or its name. @throws MissingMember, BadParameter */
function readPermit({ id, name }: RestPermit): Permit {
  const text = id ?? name;
  if (text === undefined) throw new MissingMember("Permit", ["name|id"], "add");
  const permit = findPermit(text);
  if (permit === undefined) throw new BadParameter(`${text.slice(0, 80)} is not a valid permit ID.`);
  return permit;
}
