import { formatDomainXml } from "@yagura/domain-xml";
import type { Db } from "../../db/database.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { listDiskAttachments } from "../../db/queries/disk-attachments.ts";
import { findDisk, listDisks } from "../../db/queries/disks.ts";
import { getStorageDomain } from "../../db/queries/storage-domains.ts";
import { defineVm, type VmParts } from "../../domain/vm/define-vm.ts";
import type { Vm } from "../../domain/vm/vm.ts";
import { readNicParts } from "./read-nic-parts.ts";

/** What a VM's definition is made of, as far as the VM itself goes. */
export type GuestParts = Omit<VmParts, "hasKvm" | "displayPassword">;

export async function readGuestParts(db: Db, vm: Vm): Promise<GuestParts> {
  const cluster = await getCluster(db, vm.clusterId);
  const attachments = (await listDiskAttachments(db, { vmId: vm.id })).filter(({ isActive }) => isActive);
  const disks = await listDisks(db, { ids: attachments.map(({ diskId }) => diskId) });
  const diskById = new Map(disks.map((disk) => [disk.id, disk]));
  const { cdromDiskId } = vm.hardware;
  const cdrom = cdromDiskId === "none" ? undefined : await findDisk(db, cdromDiskId);
  return {
    vm,
    ...(cdrom !== undefined && { cdrom }),
    dataCenterId: cluster.dataCenterId,
    compatibilityVersion: cluster.compatibilityVersion,
    disks: attachments.flatMap((attachment) => {
      const disk = diskById.get(attachment.diskId);
      return disk === undefined ? [] : [{ disk, attachment }];
    }),
    nics: await readNicParts(db, vm.id, cluster),
  };
}

/** Why the VM cannot start, wherever; none when it can. The sentences are known to clients. */
export async function startProblems(db: Db, { vm, disks, cdrom }: GuestParts): Promise<string[]> {
  const problems: string[] = [];
  const bootsFromDiskOnly = vm.hardware.bootDevices.every((device) => device === "hd");
  if (bootsFromDiskOnly && !disks.some(({ attachment }) => attachment.isBootable)) {
    problems.push("Cannot run VM without at least one bootable disk.");
  }
  if (vm.hardware.cdromDiskId !== "none" && cdrom === undefined) {
    problems.push("The CD in the drive of the VM is not there any more; eject it.");
  }
  for (const disk of [...disks.map((each) => each.disk), ...(cdrom === undefined ? [] : [cdrom])]) {
    if (disk.status === "locked") problems.push(`Disk is locked: ${disk.name}.`);
    if (disk.status === "illegal") problems.push(`Disk ${disk.name} is illegal: its content is not known.`);
    const domain = await getStorageDomain(db, disk.storageDomainId);
    if (domain.status !== "active") {
      problems.push(`Storage Domain ${domain.name} of disk ${disk.name} is ${domain.status.replaceAll("_", " ")}.`);
    }
  }
  return problems;
}

export function formatGuest(parts: VmParts): string {
  return formatDomainXml(defineVm(parts));
}
