import type { Permission as RestPermission, Permit as RestPermit, Role as RestRole } from "@yagura/rest-model";
import { type Permit, permitFacts } from "../../domain/user/permits.ts";
import type { ObjectRef, ObjectType, Permission, Role } from "../../domain/user/user.ts";
import type { Links } from "../links.ts";

/** @param place where it stands: `roles`, or `users/…/roles`. */
export function renderRole(role: Role, links: Links, place: readonly string[] = ["roles"]): RestRole {
  return {
    ...links.of("role", ...place, role.id),
    name: role.name,
    description: role.description,
    administrative: role.isAdministrative,
    mutable: !role.isPredefined,
  };
}

/** @param place what has the permit: a role, or a cluster level. */
export function renderPermit(permit: Permit, links: Links, ...place: string[]): RestPermit {
  const { id, isAdministrative } = permitFacts[permit];
  return { ...links.ref(...place, "permits", String(id)), name: permit, administrative: isAdministrative };
}

/** Objects that a permission has a member for; of others its address tells. */
const members: Readonly<Partial<Record<ObjectType, { member: string; path: string }>>> = {
  vm: { member: "vm", path: "vms" },
  template: { member: "template", path: "templates" },
  disk: { member: "disk", path: "disks" },
  host: { member: "host", path: "hosts" },
  cluster: { member: "cluster", path: "clusters" },
  data_center: { member: "data_center", path: "datacenters" },
  storage_domain: { member: "storage_domain", path: "storagedomains" },
};

/**
 * @param place below which it stands.
 * @param object what it counts for here: one that is inherited is told as one of the object that inherits it, as in oVirt.
 */
export function renderPermission(
  permission: Permission,
  links: Links,
  place: readonly string[] = [],
  object: ObjectRef = permission.object,
): RestPermission {
  const { to, id, roleId } = permission;
  const known = members[object.type];
  return {
    ...links.of("permission", ...place, "permissions", id),
    role: links.ref("roles", roleId),
    [to.type]: links.ref(`${to.type}s`, to.id),
    ...(known !== undefined && { [known.member]: links.ref(known.path, object.id) }),
  };
}
