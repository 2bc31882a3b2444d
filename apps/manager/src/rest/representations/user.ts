import type {
  Permission as RestPermission,
  Permit as RestPermit,
  Role as RestRole,
  User as RestUser,
} from "@yagura/rest-model";
import { type Permit, permits } from "../../domain/user/permits.ts";
import type { ObjectType, Permission, Role, User } from "../../domain/user/user.ts";
import type { Links } from "../links.ts";

/** Clients look users up as `admin@internal-authz`; to log in it is `admin@internal`. */
export function renderUser(user: User, links: Links): RestUser {
  return {
    ...links.of("user", "users", user.id),
    name: user.firstName === "" ? user.name : user.firstName,
    last_name: user.lastName,
    user_name: `${user.name}@${user.domain}-authz`,
    principal: user.name,
    namespace: "*",
    domain_entry_id: user.id,
    department: "",
    email: user.email,
    domain: { name: `${user.domain}-authz` },
  };
}

export function renderRole(role: Role, links: Links): RestRole {
  return {
    ...links.of("role", "roles", role.id),
    name: role.name,
    description: role.description,
    administrative: role.isAdministrative,
    mutable: !role.isPredefined,
  };
}

/** Permits have numbers for ids; ours are their places in the list, which only grows. */
export function renderPermit(permit: Permit, links: Links, ...owner: string[]): RestPermit {
  const id = String(permits.indexOf(permit) + 1);
  return { ...links.ref(...owner, "permits", id), name: permit, administrative: !userPermits.has(permit) };
}

const userPermits: ReadonlySet<Permit> = new Set(
  permits.filter((permit) => /(_vm|_disk|_template|^login$)/.test(permit)),
);

const membersOfObjects: Readonly<Partial<Record<ObjectType, { member: string; path: string }>>> = {
  vm: { member: "vm", path: "vms" },
  template: { member: "template", path: "templates" },
  disk: { member: "disk", path: "disks" },
  host: { member: "host", path: "hosts" },
  cluster: { member: "cluster", path: "clusters" },
  data_center: { member: "data_center", path: "datacenters" },
  storage_domain: { member: "storage_domain", path: "storagedomains" },
};

export function renderPermission(permission: Permission, links: Links): RestPermission {
  const { type, id } = permission.object;
  const object = membersOfObjects[type];
  return {
    ...links.of("permission", "permissions", permission.id),
    role: links.ref("roles", permission.roleId),
    user: links.ref("users", permission.userId),
    ...(object !== undefined && { [object.member]: links.ref(object.path, id) }),
  };
}
