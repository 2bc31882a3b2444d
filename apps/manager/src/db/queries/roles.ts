import { sql } from "kysely";
import type { Permit } from "../../domain/user/permits.ts";
import type { Role, RoleId } from "../../domain/user/user.ts";
import { toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { RoleRow } from "../schema.ts";

export async function listRoles(db: Db): Promise<Role[]> {
  return (await db.selectFrom("roles").selectAll().orderBy("name").execute()).map(toRole);
}

export async function findRole(db: Db, roleId: RoleId): Promise<Role | undefined> {
  const row = await db.selectFrom("roles").selectAll().where("id", "=", roleId).executeTakeFirst();
  return row && toRole(row);
}

/** Names that differ only in case count as one. */
export async function findRoleByName(db: Db, name: string): Promise<Role | undefined> {
  const row = await db
    .selectFrom("roles")
    .selectAll()
    .where(sql`lower(name)`, "=", name.toLowerCase())
    .executeTakeFirst();
  return row && toRole(row);
}

/** Brings it to what is given: predefined roles follow the version of the Manager. */
export async function putRole(tx: Tx, role: Role): Promise<void> {
  const { id, ...rest } = {
    ...role,
    isAdministrative: toBit(role.isAdministrative),
    isPredefined: toBit(role.isPredefined),
    showsChildren: toBit(role.showsChildren),
    permits: JSON.stringify(role.permits),
  };
  await tx
    .insertInto("roles")
    .values({ id, ...rest })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(rest))
    .execute();
}

export async function deleteRole(tx: Tx, roleId: RoleId): Promise<void> {
  await tx.deleteFrom("roles").where("id", "=", roleId).execute();
}

export function toRole(row: RoleRow): Role {
  return {
    id: row.id as RoleId,
    name: row.name,
    description: row.description,
    isAdministrative: row.isAdministrative === 1,
    showsChildren: row.showsChildren === 1,
    isPredefined: row.isPredefined === 1,
    permits: JSON.parse(row.permits) as Permit[],
  };
}
