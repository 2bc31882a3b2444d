import type { Id, UserId } from "@yagura/std/ids.ts";
import type { Permit } from "./permits.ts";

export type RoleId = Id<"role">;
export type PermissionId = Id<"permission">;
export type GroupId = Id<"group">;

/** oVirt's name of the part of a directory in which our own users are. */
export const defaultNamespace = "*";

export interface User {
  readonly id: UserId;
  /** "admin" */
  readonly name: string;
  /** "internal" */
  readonly domain: string;
  /** The part of the directory he is in; `*` for all of our own. */
  readonly namespace: string;
  /** What the directory calls him for ever: names change hands, and rights do not follow them. */
  readonly externalId: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly department: string;
  readonly isEnabled: boolean;
  readonly createdAtMs: number;
}

/** What somebody has in his profile: it goes with him and matters to nobody else. */
export interface UserOption {
  readonly id: Id<"user-option">;
  readonly userId: UserId;
  readonly name: string;
  /** JSON, as the client wrote it. */
  readonly content: string;
}

export interface SshPublicKey {
  readonly id: Id<"ssh-public-key">;
  readonly userId: UserId;
  readonly content: string;
}

export interface Group {
  readonly id: GroupId;
  readonly name: string;
  /** "internal"; empty for the group of everybody. */
  readonly domain: string;
  readonly namespace: string;
  readonly externalId: string;
}

/** All users are in it, whatever their directory; oVirt's id of it. */
export const everyoneGroupId = "eee00000-0000-0000-0000-123456789eee" as GroupId;

/** Who a permission is given to: a user, or all who are in a group. */
export type Principal =
  | { readonly type: "user"; readonly id: UserId }
  | { readonly type: "group"; readonly id: GroupId };

export interface Role {
  readonly id: RoleId;
  readonly name: string;
  readonly description: string;
  readonly isAdministrative: boolean;
  /** Whether it shows what is inside of the object it is given on: a role that only lets one create does not. */
  readonly showsChildren: boolean;
  /** Comes with the product and cannot be changed. */
  readonly isPredefined: boolean;
  readonly permits: readonly Permit[];
}

export type ObjectType =
  | "system"
  | "data_center"
  | "cluster"
  | "host"
  | "storage_domain"
  | "disk"
  | "template"
  | "vm"
  | "network"
  | "vnic_profile"
  | "mac_pool";

/** What a permission is given on, and what is asked about. A right on something covers what is inside it. */
export interface ObjectRef {
  readonly type: ObjectType;
  readonly id: string;
}

export const systemObject: ObjectRef = { type: "system", id: "00000000-0000-0000-0000-000000000000" };

export function isSameObject(a: ObjectRef, b: ObjectRef): boolean {
  return a.type === b.type && a.id === b.id;
}

/** Who has the role on the object and on everything in it. */
export interface Permission {
  readonly id: PermissionId;
  readonly to: Principal;
  readonly roleId: RoleId;
  readonly object: ObjectRef;
}
