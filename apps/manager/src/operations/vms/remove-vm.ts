import { vmLifecycle } from "@yagura/lifecycles";
import type { VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { listDiskAttachments } from "../../db/queries/disk-attachments.ts";
import { getDisk, listDisks } from "../../db/queries/disks.ts";
import { getVm } from "../../db/queries/vms.ts";
import { countVolumesOn } from "../../db/queries/volumes.ts";
import { refuseIf } from "../../domain/errors.ts";
import { removeVm as definition, recordVmRemoval } from "../../sagas/remove-vm.ts";
import { type Started, startSaga } from "../started.ts";
import { userOf } from "../subjects.ts";

const attempt = "Cannot remove VM.";

export interface VmRemoval {
  readonly vmId: VmId;
  /** Its disks stay, detached. Shareable disks stay anyway when another VM has them. */
  readonly keepsDisks?: boolean;
}

export async function removeVm(context: OpContext, { vmId, keepsDisks = false }: VmRemoval): Promise<Started> {
  await context.authorize("delete_vm", { type: "vm", id: vmId });
  const { db } = context;
  const vm = await getVm(db, vmId);
  const { dataCenterId } = await getCluster(db, vm.clusterId);
  const attachments = await listDiskAttachments(db, { vmId });
  const attached = await listDisks(db, { ids: attachments.map(({ diskId }) => diskId) });
  const disks = keepsDisks ? [] : attached.filter((disk) => disk.vmIds.length === 1);
  const params = { vm, dataCenterId, disks, ...userOf(context) };
  return startSaga(context, attempt, definition, params, {
    description: `Removing VM ${vm.name}`,
    locks: [`vm:${vmId}`, ...disks.map((disk) => `disk:${disk.id}` as const)],
    async prepare(tx) {
      const now = await getVm(tx, vmId);
      const problems = [];
      if (now.isDeleteProtected)
        problems.push("Delete protection is enabled. In order to delete, disable Delete protection first.");
      if (now.run.status === "image_locked") problems.push("VM is locked.");
      else if (!vmLifecycle.canHappen(now.run.status, "remove")) problems.push("VM is running.");
      for (const { id, name } of disks) {
        const disk = await getDisk(tx, id);
        if (disk.status === "locked") problems.push(`Disk ${name} is locked.`);
        if (disk.vmIds.some((user) => user !== vmId)) problems.push(`Disk ${name} is attached to another VM.`);
        if ((await countVolumesOn(tx, id)) > 0) problems.push(`Other disks depend on disk ${name}.`);
      }
      refuseIf(attempt, problems);
      await recordVmRemoval(tx, params);
    },
  });
}
