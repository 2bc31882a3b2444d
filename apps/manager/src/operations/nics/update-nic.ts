import { mayRun } from "@yagura/lifecycles";
import type { NicId, VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { getNetwork } from "../../db/queries/networks.ts";
import { getNic, listNics, type NicChanges, updateNic as writeNic } from "../../db/queries/nics.ts";
import { getVm } from "../../db/queries/vms.ts";
import { getVnicProfile } from "../../db/queries/vnic-profiles.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { findMacAddress } from "../../domain/mac-pool/mac-pool.ts";
import { identifierProblems } from "../../domain/names.ts";
import type { Nic } from "../../domain/nic/nic.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";
import { chooseMac } from "./plan-nic.ts";

const attempt = "Cannot edit Interface.";

export interface NicUpdate {
  readonly vmId: VmId;
  readonly nicId: NicId;
  readonly changes: NicChanges;
}

export async function updateNic(context: OpContext, { vmId, nicId, changes }: NicUpdate): Promise<Nic> {
  await context.authorize("configure_vm_network", { type: "vm", id: vmId });
  if (changes.name !== undefined)
    refuseIf(attempt, identifierProblems("network interface", changes.name, 50), "invalid");
  return transaction(context.db, async (tx) => {
    const [vm, nic] = [await getVm(tx, vmId), await getNic(tx, { vmId }, nicId)];
    refuseIf(attempt, vm.run.status === "image_locked" ? ["VM is locked."] : []);
    refuseIf(
      attempt,
      mayRun(vm.run.status) ? ["A network interface of a running VM cannot be changed yet."] : [],
      "unsupported",
    );
    const others = (await listNics(tx, { vmId })).filter((each) => each.id !== nicId);
    refuseIf(
      attempt,
      others.some((each) => each.name === changes.name) ? ["The interface name is already in use."] : [],
    );
    const cluster = await getCluster(tx, vm.clusterId);
    if (typeof changes.vnicProfileId === "string") {
      const network = await getNetwork(tx, (await getVnicProfile(tx, changes.vnicProfileId)).networkId);
      refuseIf(
        attempt,
        network.dataCenterId === cluster.dataCenterId ? [] : ["The network does not exist in the VM's Data Center."],
      );
    }
    const { macAddress, ...plain } = changes;
    const isNewMac = macAddress !== undefined && findMacAddress(macAddress) !== nic.macAddress;
    await writeNic(tx, nicId, {
      ...plain,
      ...(isNewMac && { macAddress: await chooseMac(tx, macAddress, { attempt, cluster }) }),
    });
    await announce(tx, context.clock, {
      name: "nicUpdated",
      ...byActor(context),
      vm: subject(vm),
      details: { nic: nic.name },
    });
    return getNic(tx, { vmId }, nicId);
  });
}
