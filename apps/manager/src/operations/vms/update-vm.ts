import { mayRun } from "@yagura/lifecycles";
import type { VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { deleteUnusedIcons } from "../../db/queries/icons.ts";
import { findInstanceType, getInstanceType } from "../../db/queries/instance-types.ts";
import { getVm, listVms, updateVmRun, updateVm as writeVm } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { followsInstanceType, type InstanceTypeId, instanceSize } from "../../domain/instance-type/instance-type.ts";
import { identifierProblems } from "../../domain/names.ts";
import { hardwareWhileRunning } from "../../domain/vm/current-hardware.ts";
import type { Vm, VmType } from "../../domain/vm/vm.ts";
import { hardwareProblems, mergeHardware, type VmHardware } from "../../domain/vm/vm-hardware.ts";
import { announce } from "../../events/announce.ts";
import { type AskedIcons, keepIcons, refuseIcons } from "../icons/plan-icons.ts";
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
  readonly icons?: AskedIcons;
  /** `null`: it is of none any more, and keeps its size. */
  readonly instanceTypeId?: InstanceTypeId | null;
}

/** Changes a VM. While it runs, changes of its hardware count from its next start (`run.hardware` has what it runs with). */
export async function updateVm(
  context: OpContext,
  { vmId, hardware, icons, instanceTypeId, ...changes }: VmUpdate,
): Promise<Vm> {
  await context.authorize("edit_vm_properties", { type: "vm", id: vmId });
  if (changes.name !== undefined) refuseIf(attempt, identifierProblems("VM", changes.name), "invalid");
  refuseIcons(attempt, icons);
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
    const size = await changeSize(tx, vm, { hardware, instanceTypeId });
    if (size.hardware !== undefined) refuseIf(attempt, hardwareProblems(size.hardware), "invalid");
    await writeVm(tx, vmId, { ...changes, ...size, ...(await keepIcons(tx, attempt, icons)) });
    if (size.hardware !== undefined && vm.run.hardware !== undefined) {
      await updateVmRun(tx, vmId, { hardware: hardwareWhileRunning(vm.run.hardware, size.hardware) });
    }
    if (icons !== undefined) await deleteUnusedIcons(tx);
    await announce(tx, context.clock, { name: "vmUpdated", ...byActor(context), vm: subject(vm) });
    return getVm(tx, vmId);
  });
}

/**
 * The hardware that it gets, and of which instance type it is then: an instance type gives its size, what is asked for
 * besides counts more; with another size than its type has it is of none any more.
 */
async function changeSize(
  tx: Tx,
  vm: Vm,
  asked: {
    readonly hardware: Partial<VmHardware> | undefined;
    readonly instanceTypeId: InstanceTypeId | null | undefined;
  },
): Promise<{ readonly hardware?: VmHardware; readonly instanceTypeId?: InstanceTypeId | null }> {
  const given = typeof asked.instanceTypeId === "string" ? await getInstanceType(tx, asked.instanceTypeId) : undefined;
  if (asked.hardware === undefined && given === undefined) {
    return asked.instanceTypeId === undefined ? {} : { instanceTypeId: asked.instanceTypeId };
  }
  const sized = given === undefined ? vm.hardware : { ...vm.hardware, ...instanceSize(given.hardware) };
  const hardware = mergeHardware(sized, asked.hardware ?? {});
  const type = given ?? (vm.instanceTypeId === undefined ? undefined : await findInstanceType(tx, vm.instanceTypeId));
  const follows = type !== undefined && asked.instanceTypeId !== null && followsInstanceType(hardware, type);
  return { hardware, instanceTypeId: follows ? type.id : null };
}
