import { mayRun } from "@yagura/lifecycles";
import { newId, type VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { ensureNic, listNics } from "../../db/queries/nics.ts";
import { getVm } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { NewNic, Nic } from "../../domain/nic/nic.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";
import { planNic } from "./plan-nic.ts";

const attempt = "Cannot add Interface.";

export async function addNic(
  context: OpContext,
  { vmId, nic: asked }: { readonly vmId: VmId; readonly nic: Omit<NewNic, "id"> },
): Promise<Nic> {
  await context.authorize("configure_vm_network", { type: "vm", id: vmId });
  return transaction(context.db, async (tx) => {
    const vm = await getVm(tx, vmId);
    refuseIf(attempt, vm.run.status === "image_locked" ? ["VM is locked."] : []);
    refuseIf(
      attempt,
      mayRun(vm.run.status) ? ["A network interface cannot be added to a running VM yet."] : [],
      "unsupported",
    );
    const others = await listNics(tx, { vmId });
    refuseIf(attempt, others.some((nic) => nic.name === asked.name) ? ["The interface name is already in use."] : []);
    refuseIf(attempt, others.length >= 28 ? ["A VM can have at most 28 network interfaces."] : []);
    const cluster = await getCluster(tx, vm.clusterId);
    const nic = await planNic(tx, { vmId }, { ...asked, id: newId() }, { attempt, cluster });
    await ensureNic(tx, nic);
    await announce(tx, context.clock, {
      name: "nicAdded",
      ...byActor(context),
      vm: subject(vm),
      details: { nic: nic.name },
    });
    return nic;
  });
}
