import { listPermissions, listRoles } from "../../db/queries/permissions.ts";
import { listUsers } from "../../db/queries/users.ts";
import { NotFound, type Noun } from "../../domain/errors.ts";
import {
  type ObjectRef,
  type ObjectType,
  type Permission,
  type PermissionId,
  systemObject,
} from "../../domain/user/user.ts";
import { givePermission } from "../../operations/permissions/give-permission.ts";
import { takePermission } from "../../operations/permissions/take-permission.ts";
import { getReferenced, pathId } from "../references.ts";
import { renderPermission } from "../representations/user.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { userOf } from "./users.ts";

/** Where objects that have permissions are, and how their id is called there. */
const objects: readonly {
  readonly path: string;
  readonly id: string;
  readonly type: ObjectType;
  readonly noun: Noun;
}[] = [
  { path: "/vms/:vm", id: "vm", type: "vm", noun: "vm" },
  { path: "/templates/:template", id: "template", type: "template", noun: "template" },
  { path: "/disks/:disk", id: "disk", type: "disk", noun: "disk" },
  { path: "/hosts/:host", id: "host", type: "host", noun: "host" },
  { path: "/clusters/:cluster", id: "cluster", type: "cluster", noun: "cluster" },
  { path: "/datacenters/:dataCenter", id: "dataCenter", type: "data_center", noun: "data center" },
  { path: "/storagedomains/:storageDomain", id: "storageDomain", type: "storage_domain", noun: "storage domain" },
  { path: "/networks/:network", id: "network", type: "network", noun: "network" },
  { path: "/vnicprofiles/:vnicProfile", id: "vnicProfile", type: "vnic_profile", noun: "vnic profile" },
];

export const permissionRoutes: readonly Route[] = [
  ...permissionsOf("", async () => systemObject),
  ...objects.flatMap(({ path, id, type, noun }) =>
    permissionsOf(path, async (request) => ({ type, id: pathId(noun, param(request, id)) })),
  ),
  {
    method: "GET",
    path: "/users/:user/permissions",
    async handle(request) {
      const { id } = await userOf(request);
      return render(request, await listPermissions(request.context.db, { userId: id }));
    },
  },
];

/** Permissions on one object: to see them takes the same permit as to change them. */
function permissionsOf(path: string, objectOf: (request: RestRequest) => Promise<ObjectRef>): Route[] {
  const load = async (request: RestRequest) => {
    const object = await objectOf(request);
    await request.context.authorize("manipulate_permissions", object);
    return { object, permissions: await listPermissions(request.context.db, { object }) };
  };
  const find = async (request: RestRequest): Promise<Permission> => {
    const permissionId = pathId<PermissionId>("permission", param(request, "permission"));
    const { permissions } = path === "" ? { permissions: await visiblePermissions(request) } : await load(request);
    const found = permissions.find(({ id }) => id === permissionId);
    if (found === undefined) throw new NotFound("permission", permissionId);
    return found;
  };
  return [
    {
      method: "GET",
      path: `${path}/permissions`,
      handle: async (request) => render(request, (await load(request)).permissions),
    },
    {
      method: "GET",
      path: `${path}/permissions/:permission`,
      handle: async (request) => entity("permission", renderPermission(await find(request), request.links)),
    },
    {
      method: "POST",
      path: `${path}/permissions`,
      async handle(request) {
        const { object } = await load(request);
        return entity("permission", renderPermission(await add(request, object), request.links), "created");
      },
    },
    {
      method: "DELETE",
      path: `${path}/permissions/:permission`,
      async handle(request) {
        await takePermission(request.context, await find(request));
        return completed();
      },
    },
  ];
}

/** Below `/permissions` every permission has its own address, whatever it is on; only administrators look there. */
async function visiblePermissions({ context }: RestRequest): Promise<Permission[]> {
  await context.authorize("manipulate_permissions", systemObject);
  return listPermissions(context.db);
}

async function add({ context, read }: RestRequest, object: ObjectRef): Promise<Permission> {
  const body = read("permission");
  const missing = (member: string) => ({ type: "Permission", member, operation: "add" }) as const;
  const role = await getReferenced("role", body.role, () => listRoles(context.db), missing("role"));
  const user = await getReferenced("user", body.user, () => listUsers(context.db), missing("user"));
  return givePermission(context, { userId: user.id, roleId: role.id, object });
}

function render({ links }: RestRequest, permissions: readonly Permission[]) {
  return list(
    "permission",
    permissions.map((permission) => renderPermission(permission, links)),
  );
}
