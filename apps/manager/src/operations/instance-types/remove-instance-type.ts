import type { OpContext } from "../../context.ts";
import { deleteInstanceType, getInstanceType } from "../../db/queries/instance-types.ts";
import { transaction } from "../../db/transaction.ts";
import type { InstanceTypeId } from "../../domain/instance-type/instance-type.ts";
import { systemObject } from "../../domain/user/user.ts";
import { announce } from "../../events/announce.ts";
import { byActor } from "../subjects.ts";

/** VMs that were of it keep their size. */
export async function removeInstanceType(context: OpContext, typeId: InstanceTypeId): Promise<void> {
  await context.authorize("delete_template", systemObject);
  await transaction(context.db, async (tx) => {
    const { name } = await getInstanceType(tx, typeId);
    await deleteInstanceType(tx, typeId);
    await announce(tx, context.clock, { name: "instanceTypeRemoved", ...byActor(context), details: { type: name } });
  });
}
