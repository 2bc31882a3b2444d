import { newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { ensurePermission } from "../../db/queries/permissions.ts";
import { findRoleByName } from "../../db/queries/roles.ts";
import type { ObjectRef, ObjectType } from "../../domain/user/user.ts";

/** What whoever creates something becomes of it, as in oVirt. */
const ownerRoles: Readonly<Partial<Record<ObjectType, string>>> = {
  vm: "UserVmManager",
  disk: "DiskOperator",
  template: "TemplateOwner",
};

/**
 * Makes the caller the owner of what he creates, in the transaction that records it: otherwise whoever may create, but
 * administers nothing, would not see it again. Administrators have their rights from elsewhere.
 */
export async function ownCreated(tx: Tx, { actor }: Pick<OpContext, "actor">, object: ObjectRef): Promise<void> {
  const roleName = ownerRoles[object.type];
  if (actor.userId === undefined || actor.isAdministrator || roleName === undefined) return;
  const role = await findRoleByName(tx, roleName);
  if (role === undefined) throw new Error(`the database has no role ${roleName}`);
  await ensurePermission(tx, {
    id: newId(),
    to: { type: "user", id: actor.userId },
    roleId: role.id,
    object,
  });
}
