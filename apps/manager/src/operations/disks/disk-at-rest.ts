import { mayRun } from "@yagura/lifecycles";
import type { DataCenterId, StorageDomainId } from "@yagura/std/ids.ts";
import type { Db } from "../../db/database.ts";
import { listImageTransfers } from "../../db/queries/image-transfers.ts";
import { getStorageDomain } from "../../db/queries/storage-domains.ts";
import { findVm } from "../../db/queries/vms.ts";
import type { Disk } from "../../domain/disk/disk.ts";
import { OperationRefused } from "../../domain/errors.ts";
import { hasEnded } from "../../domain/image-transfer/image-transfer.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";

/** Why nobody may read or write all of a disk now; none when it stands still. */
export async function unrestProblems(db: Db, disk: Disk): Promise<string[]> {
  return [
    ...(await useProblems(db, disk)),
    ...(await listRunningUsers(db, disk)).map((name) => `VM ${name} is running.`),
  ];
}

/** The same, but for VMs that run with it. */
export async function useProblems(db: Db, disk: Disk): Promise<string[]> {
  const transfers = await listImageTransfers(db, { diskId: disk.id });
  return [
    ...(disk.status === "locked" ? ["Disk is locked."] : []),
    ...(disk.status === "illegal" ? ["Disk is illegal: its content is not known."] : []),
    ...(transfers.some(({ phase }) => !hasEnded(phase)) ? ["The disk is being transferred."] : []),
  ];
}

export async function listRunningUsers(db: Db, disk: Pick<Disk, "vmIds">): Promise<string[]> {
  const names: string[] = [];
  for (const vmId of disk.vmIds) {
    const vm = await findVm(db, vmId);
    if (vm !== undefined && mayRun(vm.run.status)) names.push(vm.name);
  }
  return names;
}

export type UsableDomain = StorageDomain & { readonly dataCenterId: DataCenterId };

/** @throws OperationRefused unless the domain is in use now */
export async function getUsableDomain(db: Db, attempt: string, domainId: StorageDomainId): Promise<UsableDomain> {
  const domain = await getStorageDomain(db, domainId);
  const { dataCenterId } = domain;
  if (dataCenterId === undefined || domain.status !== "active") {
    throw new OperationRefused("conflict", attempt, [`The relevant Storage Domain ${domain.name} is inaccessible.`]);
  }
  return { ...domain, dataCenterId };
}

/** As far as is known: what is there is measured, and others write at the same time. */
export function spaceProblems({ name, availableBytes }: StorageDomain, wantedBytes: number): string[] {
  const isEnough = availableBytes === undefined || wantedBytes <= availableBytes;
  return isEnough ? [] : [`Low disk space on Storage Domain ${name}.`];
}
