import { mayRun } from "@yagura/lifecycles";
import type { NicId, VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { deleteNic, getNic } from "../../db/queries/nics.ts";
import { getVm } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot remove Interface.";

export async function removeNic(
  context: OpContext,
  { vmId, nicId }: { readonly vmId: VmId; readonly nicId: NicId },
): Promise<void> {
  await context.authorize("configure_vm_network", { type: "vm", id: vmId });
  await transaction(context.db, async (tx) => {
    const [vm, nic] = [await getVm(tx, vmId), await getNic(tx, { vmId }, nicId)];
    refuseIf(attempt, vm.run.status === "image_locked" ? ["VM is locked."] : []);
    refuseIf(
      attempt,
      mayRun(vm.run.status) ? ["A network interface of a running VM cannot be removed yet."] : [],
      "unsupported",
    );
    await deleteNic(tx, nicId);
    await announce(tx, context.clock, {
      name: "nicRemoved",
      ...byActor(context),
      vm: subject(vm),
      details: { nic: nic.name },
    });
  });
}
