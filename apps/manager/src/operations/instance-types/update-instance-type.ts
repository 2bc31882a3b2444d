import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import {
  getInstanceType,
  listInstanceTypes,
  listVmIdsOfType,
  putInstanceType,
} from "../../db/queries/instance-types.ts";
import { listVms, updateVm } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { type InstanceType, type InstanceTypeId, instanceSize } from "../../domain/instance-type/instance-type.ts";
import { nameProblems } from "../../domain/names.ts";
import { systemObject } from "../../domain/user/user.ts";
import { hardwareProblems } from "../../domain/vm/vm-hardware.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot edit Instance Type.";

/**
 * Its VMs get the new size, those that run with their next start.
 * @param change the type as it is to be, from how it is: its devices come and go this way too. May throw a refusal.
 */
export async function updateInstanceType(
  context: OpContext,
  typeId: InstanceTypeId,
  change: (type: InstanceType) => InstanceType,
): Promise<InstanceType> {
  await context.authorize("edit_template_properties", systemObject);
  return transaction(context.db, async (tx) => {
    const before = await getInstanceType(tx, typeId);
    const type = change(before);
    refuseIf(attempt, [...nameProblems("Instance Type", type.name), ...hardwareProblems(type.hardware)], "invalid");
    const isTaken = (await listInstanceTypes(tx)).some(({ id, name }) => id !== typeId && name === type.name);
    refuseIf(attempt, isTaken ? ["The Instance Type name is already in use."] : []);
    await putInstanceType(tx, type);
    await resizeVms(tx, context, type);
    await announce(tx, context.clock, {
      name: "instanceTypeUpdated",
      ...byActor(context),
      details: { type: before.name },
    });
    return type;
  });
}

async function resizeVms(tx: Tx, context: OpContext, type: InstanceType): Promise<void> {
  const size = instanceSize(type.hardware);
  for (const vm of await listVms(tx, { ids: await listVmIdsOfType(tx, type.id) })) {
    await updateVm(tx, vm.id, { hardware: { ...vm.hardware, ...size } });
    await announce(tx, context.clock, { name: "vmUpdated", ...byActor(context), vm: subject(vm) });
  }
}
