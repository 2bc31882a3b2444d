import { newId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { findRoleByName, putRole } from "../../db/queries/roles.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { type AskedRole, roleOfOwn, roleProblems } from "../../domain/user/role-of-own.ts";
import { type Role, type RoleId, systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

const attempt = "Cannot add Role.";

/** A role besides the predefined ones. */
export async function createRole(context: OpContext, asked: Omit<AskedRole, "id">): Promise<Role> {
  await context.authorize("manipulate_roles", systemObject);
  const role = roleOfOwn({ ...asked, id: newId<RoleId>() });
  refuseIf(attempt, roleProblems(role), "invalid");
  await transaction(context.db, async (tx) => {
    const namesake = await findRoleByName(tx, role.name);
    refuseIf(attempt, namesake === undefined ? [] : ["Role name already exists."]);
    await putRole(tx, role);
    await announce(tx, context.clock, { name: "roleAdded", ...byActor(context), details: { role: role.name } });
  });
  return role;
}
