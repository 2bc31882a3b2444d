import type { Id, UserId } from "@yagura/std/ids.ts";
import type { Permit } from "./permits.ts";

export type RoleId = Id<"role">;
export type PermissionId = Id<"permission">;

export interface User {
  readonly id: UserId;
  /** "admin" */
  readonly name: string;
  /** "internal" */
  readonly domain: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly isEnabled: boolean;
  readonly createdAtMs: number;
}

export interface Role {
  readonly id: RoleId;
  readonly name: string;
  readonly description: string;
  readonly isAdministrative: boolean;
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

/** The user has the role on the object and on everything in it. */
export interface Permission {
  readonly id: PermissionId;
  readonly userId: UserId;
  readonly roleId: RoleId;
  readonly object: ObjectRef;
}
