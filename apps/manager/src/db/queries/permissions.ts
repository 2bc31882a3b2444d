import type { UserId } from "@yagura/std/ids.ts";
import type { Permit } from "../../domain/user/permits.ts";
import type { ObjectRef, ObjectType, Permission, PermissionId, Role, RoleId } from "../../domain/user/user.ts";
import { toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { PermissionRow, RoleRow } from "../schema.ts";

export async function listRoles(db: Db): Promise<Role[]> {
  return (await db.selectFrom("roles").selectAll().orderBy("name").execute()).map(toRole);
}

/** Brings it to what is given: predefined roles follow the version of the Manager. */
export async function putRole(tx: Tx, role: Role): Promise<void> {
  const { id, ...rest } = {
    ...role,
    isAdministrative: toBit(role.isAdministrative),
    isPredefined: toBit(role.isPredefined),
    permits: JSON.stringify(role.permits),
  };
  await tx
    .insertInto("roles")
    .values({ id, ...rest })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(rest))
    .execute();
}

export async function listPermissions(
  db: Db,
  filter: { userId?: UserId; object?: ObjectRef } = {},
): Promise<Permission[]> {
  let query = db.selectFrom("permissions").selectAll().orderBy("id");
  if (filter.userId !== undefined) query = query.where("userId", "=", filter.userId);
  if (filter.object !== undefined) {
    query = query.where("objectType", "=", filter.object.type).where("objectId", "=", filter.object.id);
  }
  return (await query.execute()).map(toPermission);
}

/** Does nothing when the user has that role on that object already. */
export async function ensurePermission(tx: Tx, { object, ...ids }: Permission): Promise<void> {
  await tx
    .insertInto("permissions")
    .values({ ...ids, objectType: object.type, objectId: object.id })
    .onConflict((conflict) => conflict.columns(["userId", "roleId", "objectType", "objectId"]).doNothing())
    .execute();
}

export async function deletePermission(tx: Tx, permissionId: PermissionId): Promise<void> {
  await tx.deleteFrom("permissions").where("id", "=", permissionId).execute();
}

/** When the object itself goes. */
export async function deletePermissionsOn(tx: Tx, object: ObjectRef): Promise<void> {
  await tx.deleteFrom("permissions").where("objectType", "=", object.type).where("objectId", "=", object.id).execute();
}

function toRole(row: RoleRow): Role {
  return {
    id: row.id as RoleId,
    name: row.name,
    description: row.description,
    isAdministrative: row.isAdministrative === 1,
    isPredefined: row.isPredefined === 1,
    permits: JSON.parse(row.permits) as Permit[],
  };
}

function toPermission(row: PermissionRow): Permission {
  return {
    id: row.id as PermissionId,
    userId: row.userId as UserId,
    roleId: row.roleId as RoleId,
    object: { type: row.objectType as ObjectType, id: row.objectId },
  };
}
