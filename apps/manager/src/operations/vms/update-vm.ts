import { mayRun } from "@yagura/lifecycles";
import type { VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getVm, listVms, updateVm as writeVm } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { identifierProblems } from "../../domain/names.ts";
import type { Vm, VmType } from "../../domain/vm/vm.ts";
import { hardwareProblems, mergeHardware, type VmHardware } from "../../domain/vm/vm-hardware.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot edit VM.";

export interface VmUpdate {
  readonly vmId: VmId;
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
  readonly type?: VmType;
  readonly hardware?: Partial<VmHardware>;
  readonly isDeleteProtected?: boolean;
}

/** Changes a VM. While it runs, changes of its hardware count from its next start (`run.hardware` has what it runs with). */
export async function updateVm(context: OpContext, { vmId, hardware, ...changes }: VmUpdate): Promise<Vm> {
  await context.authorize("edit_vm_properties", { type: "vm", id: vmId });
  if (changes.name !== undefined) refuseIf(attempt, identifierProblems("VM", changes.name), "invalid");
  return transaction(context.db, async (tx) => {
    const vm = await getVm(tx, vmId);
    refuseIf(attempt, vm.run.status === "image_locked" ? ["VM is locked."] : []);
    if (changes.name !== undefined && changes.name !== vm.name) {
      refuseIf(
        attempt,
        (await listVms(tx, { name: changes.name })).length === 0 ? [] : ["The VM name is already in use."],
      );
      refuseIf(attempt, mayRun(vm.run.status) ? ["The name of a running VM cannot be changed."] : []);
    }
    const merged = hardware === undefined ? undefined : mergeHardware(vm.hardware, hardware);
    if (merged !== undefined) refuseIf(attempt, hardwareProblems(merged), "invalid");
    await writeVm(tx, vmId, { ...changes, ...(merged !== undefined && { hardware: merged }) });
    await announce(tx, context.clock, { name: "vmUpdated", ...byActor(context), vm: subject(vm) });
    return getVm(tx, vmId);
  });
}
