import { loadObjectChain } from "../../auth/authz/object-chain.ts";
import { type ClusteredType, isClustered, loadObjectChains } from "../../auth/authz/object-chains.ts";
import { listGroups } from "../../db/queries/groups.ts";
import { listPermissions, listPermissionsOf, listPermissionsOnAny } from "../../db/queries/permissions.ts";
import { listRoles } from "../../db/queries/roles.ts";
import { listUsers } from "../../db/queries/users.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import {
  isSameObject,
  type ObjectRef,
  type Permission,
  type PermissionId,
  type Principal,
  systemObject,
} from "../../domain/user/user.ts";
import { givePermission } from "../../operations/permissions/give-permission.ts";
import { takePermission } from "../../operations/permissions/take-permission.ts";
import { idIn, idsIn } from "../many.ts";
import { getReferenced, pathId } from "../references.ts";
import { MissingMember } from "../refusals.ts";
import { renderPermission } from "../representations/permission.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { groupOf } from "./groups.ts";
import { objectIn, type PermissionPlace, permissionPlaces } from "./permission-places.ts";
import { userOf } from "./users.ts";

/** One way to look at permissions: those on something, or those of somebody. */
interface View {
  readonly path: string;
  /** The path's segments with the request's ids. */
  place(request: RestRequest): readonly string[];
  /** Those that are shown, each with what it counts for there. */
  list(request: RestRequest): Promise<readonly Shown[]>;
  add(request: RestRequest): Promise<Permission>;
  /** Those of several such places at once, as `list` has them; `undefined` where the caller may not look. */
  listMany?(
    request: RestRequest,
    params: readonly RestRequest["params"][],
  ): Promise<readonly (readonly Shown[] | undefined)[]>;
}

interface Shown {
  readonly permission: Permission;
  readonly object: ObjectRef;
}

export const permissionRoutes: readonly Route[] = [
  systemView(),
  ...permissionPlaces.map(objectView),
  principalView("/users/:user", "user", async (request) => (await userOf(request)).id),
  principalView("/groups/:group", "group", async (request) => (await groupOf(request)).id),
].flatMap(routesOf);

function routesOf(view: View): Route[] {
  const find = async (request: RestRequest): Promise<Shown> => {
    const id = pathId<PermissionId>("permission", param(request, "permission"));
    const shown = view.path === "" ? await onAnything(request, id) : await view.list(request);
    const found = shown.find(({ permission }) => permission.id === id);
    if (found === undefined) throw new NotFound("permission", id);
    return found;
  };
  const render = (request: RestRequest, shown: Shown) => renderShown(view, request, shown);
  return [
    {
      method: "GET",
      path: `${view.path}/permissions`,
      async handle(request) {
        const shown = await view.list(request);
        return list(
          "permission",
          shown.map((each) => render(request, each)),
        );
      },
      ...manyOf(view),
    },
    {
      method: "GET",
      path: `${view.path}/permissions/:permission`,
      handle: async (request) => entity("permission", render(request, await find(request))),
    },
    {
      method: "POST",
      path: `${view.path}/permissions`,
      async handle(request) {
        const permission = await view.add(request);
        return entity("permission", render(request, { permission, object: permission.object }), "created");
      },
    },
    {
      method: "DELETE",
      path: `${view.path}/permissions/:permission`,
      async handle(request) {
        const { permission, object } = await find(request);
        const isInherited = !isSameObject(permission.object, object);
        refuseIf("Cannot remove Permission.", isInherited ? ["Cannot remove inherited permission"] : []);
        await takePermission(request.context, permission);
        return completed();
      },
    },
  ];
}

function renderShown({ place }: View, request: RestRequest, { permission, object }: Shown) {
  return renderPermission(permission, request.links, place(request), object);
}

function manyOf(view: View): Pick<Route, "many"> {
  if (view.listMany === undefined) return {};
  const { listMany } = view;
  return {
    async many(request, params) {
      const shown = await listMany(request, params);
      return params.map((each, index) => {
        const render = (one: Shown) => renderShown(view, { ...request, params: each }, one);
        const found = shown[index];
        return found && list("permission", found.map(render));
      });
    },
  };
}

/** On the whole system. Every permission, whatever it is on, has its address here too. */
function systemView(): View {
  return {
    path: "",
    place: () => [],
    async list({ context }) {
      await context.authorize("manipulate_permissions", systemObject);
      return shownAsTheyAre(await listPermissions(context.db, { object: systemObject }));
    },
    add: async (request) => give(request, await readPrincipal(request), systemObject),
  };
}

/** On one object, those that it inherits among them. To see them takes the same permit as to change them. */
function objectView(place: PermissionPlace): View {
  const { path, type } = place;
  return {
    path,
    place: (request) => segmentsOf(path, request),
    ...(isClustered(type) && { listMany: (request, params) => listOnMany(request, { path, type }, params) }),
    async list(request) {
      const object = await objectIn(place, request);
      await request.context.authorize("manipulate_permissions", object);
      const chain = await loadObjectChain(request.context.db, object);
      const permissions = await listPermissionsOnAny(request.context.db, chain);
      return permissions.map((permission) => ({ permission, object }));
    },
    async add(request) {
      const object = await objectIn(place, request);
      await request.context.authorize("manipulate_permissions", object);
      return give(request, await readPrincipal(request), object);
    },
  };
}

/** Two queries for all of them: what contains each, and the permissions on any of that. */
async function listOnMany(
  { context: { db }, may }: RestRequest,
  { path, type }: { readonly path: string; readonly type: ClusteredType },
  params: readonly RestRequest["params"][],
): Promise<readonly (readonly Shown[] | undefined)[]> {
  const parameter = path.slice(path.lastIndexOf(":") + 1);
  const chains = await loadObjectChains(db, type, idsIn(params, parameter));
  const open = new Set([...chains.values()].filter((chain) => may("manipulate_permissions", chain)));
  const permissions = await listPermissionsOnAny(db, distinct([...open].flat()));
  const byObject = Map.groupBy(permissions.keys(), (at) => keyOf(permissions[at]?.object ?? systemObject));
  return params.map((each) => {
    const chain = chains.get(idIn(each, parameter));
    const [object] = chain ?? [];
    if (chain === undefined || object === undefined || !open.has(chain)) return undefined;
    const found = chain.flatMap((reference) => byObject.get(keyOf(reference)) ?? []).sort((a, b) => a - b);
    return found.flatMap((at) => permissions[at] ?? []).map((permission) => ({ permission, object }));
  });
}

function distinct(objects: readonly ObjectRef[]): readonly ObjectRef[] {
  return [...new Map(objects.map((object) => [keyOf(object), object])).values()];
}

function keyOf({ type, id }: ObjectRef): string {
  return `${type}:${id}`;
}

/** Of a user, those of his groups among them, or of a group. */
function principalView<T extends Principal["type"]>(
  path: string,
  type: T,
  idOf: (request: RestRequest) => Promise<(Principal & { type: T })["id"]>,
): View {
  const principalOf = async (request: RestRequest) => ({ type, id: await idOf(request) }) as Principal;
  return {
    path,
    place: (request) => segmentsOf(path, request),
    async list(request) {
      const { db } = request.context;
      const to = await principalOf(request);
      return shownAsTheyAre(
        to.type === "user" ? await listPermissionsOf(db, to.id) : await listPermissions(db, { to }),
      );
    },
    async add(request) {
      const to = await principalOf(request);
      return give(request, to, readObject(request));
    },
  };
}

/** Only who administers the permissions of the system looks at any of them by its id alone. */
async function onAnything({ context }: RestRequest, id: PermissionId): Promise<readonly Shown[]> {
  await context.authorize("manipulate_permissions", systemObject);
  return shownAsTheyAre(await listPermissions(context.db, { id }));
}

function shownAsTheyAre(permissions: readonly Permission[]): readonly Shown[] {
  return permissions.map((permission) => ({ permission, object: permission.object }));
}

async function give({ context, read }: RestRequest, to: Principal, object: ObjectRef): Promise<Permission> {
  const { role: asked } = read("permission");
  const missing = { type: "Permission", member: "role", operation: "add" } as const;
  const role = await getReferenced("role", asked, () => listRoles(context.db), missing);
  return givePermission(context, { to, roleId: role.id, object });
}

/** Whom a body names. @throws NotFound, MissingMember */
async function readPrincipal({ context: { db }, read }: RestRequest): Promise<Principal> {
  const { user, group } = read("permission");
  if (user?.id !== undefined || user?.name !== undefined || user?.user_name !== undefined) {
    const all = async () =>
      (await listUsers(db)).map((each) => ({ ...each, name: loginOf(each.name, user.user_name) }));
    const reference = { id: user.id, name: user.user_name?.replace(/-authz$/, "") ?? user.name };
    const missing = { type: "Permission", member: "user", operation: "add" } as const;
    return { type: "user", id: (await getReferenced("user", reference, all, missing)).id };
  }
  const missing = { type: "Permission", member: "user|group", operation: "add" } as const;
  return { type: "group", id: (await getReferenced("group", group, () => listGroups(db), missing)).id };
}

/** A `user_name` is written with its domain, a `name` without. */
function loginOf(name: string, userName: string | undefined): string {
  return userName?.includes("@") === true ? `${name}@internal` : name;
}

const objectMembers = {
  data_center: "data_center",
  cluster: "cluster",
  host: "host",
  storage_domain: "storage_domain",
  vm: "vm",
  template: "template",
  disk: "disk",
} as const;

/** What a permission that is added to somebody is on. @throws MissingMember */
function readObject({ read }: RestRequest): ObjectRef {
  const body = read("permission");
  for (const [member, type] of Object.entries(objectMembers) as [keyof typeof objectMembers, ObjectRef["type"]][]) {
    const id = body[member]?.id;
    if (id !== undefined) return { type, id: pathId("permission", id) };
  }
  throw new MissingMember("Permission", ["dataCenter|cluster|host|storageDomain|vm|vmPool|template.id"], "add");
}

function segmentsOf(path: string, { params }: RestRequest): readonly string[] {
  return path
    .split("/")
    .filter((segment) => segment !== "")
    .map((segment) => (segment.startsWith(":") ? (params[segment.slice(1)] ?? "") : segment));
}
