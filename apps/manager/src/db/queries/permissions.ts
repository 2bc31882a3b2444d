import type { UserId } from "@yagura/std/ids.ts";
import {
  everyoneGroupId,
  type ObjectRef,
  type ObjectType,
  type Permission,
  type PermissionId,
  type Principal,
  type Role,
  type RoleId,
} from "../../domain/user/user.ts";
import type { Db, Tx } from "../database.ts";
import type { PermissionRow } from "../schema.ts";
import { toRole } from "./roles.ts";

export interface PermissionFilter {
  readonly to?: Principal;
  readonly object?: ObjectRef;
  readonly roleId?: RoleId;
  readonly id?: PermissionId;
}

export async function listPermissions(db: Db, filter: PermissionFilter = {}): Promise<Permission[]> {
  let query = db.selectFrom("permissions").selectAll().orderBy("id");
  if (filter.id !== undefined) query = query.where("id", "=", filter.id);
  if (filter.to !== undefined) query = query.where("principalId", "=", filter.to.id);
  if (filter.roleId !== undefined) query = query.where("roleId", "=", filter.roleId);
  if (filter.object !== undefined) {
    query = query.where("objectType", "=", filter.object.type).where("objectId", "=", filter.object.id);
  }
  return (await query.execute()).map(toPermission);
}

/** Those on any of some objects: on one and all that contains it. */
export async function listPermissionsOnAny(db: Db, objects: readonly ObjectRef[]): Promise<Permission[]> {
  if (objects.length === 0) return [];
  const rows = await db
    .selectFrom("permissions")
    .selectAll()
    .where("objectId", "in", [...new Set(objects.map(({ id }) => id))])
    .orderBy("id")
    .execute();
  // Two things of different types may have one id: the system and the empty template do.
  const wanted = new Set(objects.map(({ type, id }) => `${type}:${id}`));
  return rows.map(toPermission).filter(({ object: { type, id } }) => wanted.has(`${type}:${id}`));
}

/** A user's own permissions and those of all groups he is in. */
export async function listPermissionsOf(db: Db, userId: UserId): Promise<Permission[]> {
  const rows = await db
    .selectFrom("permissions")
    .selectAll()
    .where((where) =>
      where.or([
        where("principalId", "in", [userId as string, everyoneGroupId]),
        where("principalId", "in", where.selectFrom("groupMembers").select("groupId").where("userId", "=", userId)),
      ]),
    )
    .orderBy("id")
    .execute();
  return rows.map(toPermission);
}

/** The same with the roles: what his requests are judged by. */
export async function listGrants(
  db: Db,
  userId: UserId,
): Promise<{ readonly role: Role; readonly object: ObjectRef }[]> {
  const permissions = await listPermissionsOf(db, userId);
  const roleIds = [...new Set(permissions.map(({ roleId }) => roleId))];
  if (roleIds.length === 0) return [];
  const rows = await db.selectFrom("roles").selectAll().where("id", "in", roleIds).execute();
  const roles = new Map(rows.map((row) => [row.id, toRole(row)]));
  return permissions.flatMap(({ roleId, object }) => {
    const role = roles.get(roleId);
    return role === undefined ? [] : [{ role, object }];
  });
}

/** Does nothing when he, or the group, has that role on that object already. */
export async function ensurePermission(tx: Tx, { id, to, roleId, object }: Permission): Promise<void> {
  await tx
    .insertInto("permissions")
    .values({ id, roleId, principalType: to.type, principalId: to.id, objectType: object.type, objectId: object.id })
    .onConflict((conflict) => conflict.columns(["principalId", "roleId", "objectType", "objectId"]).doNothing())
    .execute();
}

export async function deletePermission(tx: Tx, permissionId: PermissionId): Promise<void> {
  await tx.deleteFrom("permissions").where("id", "=", permissionId).execute();
}

/** When the object itself goes. */
export async function deletePermissionsOn(tx: Tx, object: ObjectRef): Promise<void> {
  await tx.deleteFrom("permissions").where("objectType", "=", object.type).where("objectId", "=", object.id).execute();
}

/** When he, or the group, goes. */
export async function deletePermissionsOf(tx: Tx, principal: Principal): Promise<void> {
  await tx.deleteFrom("permissions").where("principalId", "=", principal.id).execute();
}

function toPermission(row: PermissionRow): Permission {
  return {
    id: row.id as PermissionId,
    to: { type: row.principalType, id: row.principalId } as Principal,
    roleId: row.roleId as RoleId,
    object: { type: row.objectType as ObjectType, id: row.objectId },
  };
}
