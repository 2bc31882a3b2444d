import { newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Db } from "../../db/database.ts";
import { findGroup } from "../../db/queries/groups.ts";
import { ensurePermission, listPermissions } from "../../db/queries/permissions.ts";
import { findRole } from "../../db/queries/roles.ts";
import { findUser } from "../../db/queries/users.ts";
import { transaction } from "../../db/transaction.ts";
import { NotFound } from "../../domain/errors.ts";
import type { Permit } from "../../domain/user/permits.ts";
import { type ObjectRef, type Permission, type Principal, type RoleId, systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

export interface AskedPermission {
  readonly to: Principal;
  readonly roleId: RoleId;
  readonly object: ObjectRef;
}

/**
 * Permits of UserRole that the owner of a VM does not have, by oVirt's own roles. They are of places (pools, storage), and
 * on a single object let nobody do anything: an owner who lets others use his VM gives them along.
 */
const givenAlong: ReadonlySet<Permit> = new Set(["vm_pool_basic_operations", "access_image_storage"]);

/**
 * Gives somebody, or a group, a role on an object. Nobody gives what he does not have: each permit of the role must be
 * his own on that object, and administrative roles are given by those who may change users.
 */
export async function givePermission(context: OpContext, { to, roleId, object }: AskedPermission): Promise<Permission> {
  await context.authorize("manipulate_permissions", object);
  const role = await findRole(context.db, roleId);
  if (role === undefined) throw new NotFound("role", roleId);
  for (const permit of role.permits) {
    if (object.type === "system" || !givenAlong.has(permit)) await context.authorize(permit, object);
  }
  if (role.isAdministrative) await context.authorize("manipulate_users", systemObject);
  return transaction(context.db, async (tx) => {
    const name = await nameOf(tx, to);
    if (name === undefined) throw new NotFound(to.type, to.id);
    await ensurePermission(tx, { id: newId(), to, roleId, object });
    // It may have been there before, under another id.
    const [given] = await listPermissions(tx, { to, object, roleId });
    if (given === undefined) throw new Error("a permission that was just written is not there");
    await announce(tx, context.clock, {
      name: object.type === "system" ? "systemPermissionAdded" : "permissionAdded",
      ...byActor(context),
      details: { name, role: role.name, object: describeObject(object) },
    });
    return given;
  });
}

/** Of the user or the group; `undefined` when there is none. */
export async function nameOf(db: Db, to: Principal): Promise<string | undefined> {
  return to.type === "user" ? (await findUser(db, to.id))?.name : (await findGroup(db, to.id))?.name;
}

/** "the system", "vm 123…": names may change, and a permission may outlive what it is on. */
export function describeObject({ type, id }: ObjectRef): string {
  return type === "system" ? "the system" : `${type.replaceAll("_", " ")} ${id}`;
}
