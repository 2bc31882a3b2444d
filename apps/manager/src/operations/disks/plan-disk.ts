import type { DataCenterId } from "@yagura/std/ids.ts";
import type { Db } from "../../db/database.ts";
import { getStorageDomain } from "../../db/queries/storage-domains.ts";
import { diskProblems, type NewDisk, roundCapacity } from "../../domain/disk/disk.ts";
import { OperationRefused, refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import type { DiskPlan } from "../../sagas/create-disk.ts";

/**
 * What a wanted disk is made of.
 * @throws OperationRefused when there cannot be such a disk, or not on that domain now.
 */
export async function planDisk(
  db: Db,
  attempt: string,
  asked: NewDisk,
  nowMs: number,
): Promise<{ readonly plan: DiskPlan; readonly dataCenterId: DataCenterId }> {
  refuseIf(attempt, [...nameProblems("disk", asked.name), ...diskProblems(asked)], "invalid");
  const domain = await getStorageDomain(db, asked.storageDomainId);
  const { dataCenterId } = domain;
  if (dataCenterId === undefined || domain.status !== "active") {
    throw new OperationRefused("conflict", attempt, [`The relevant Storage Domain ${domain.name} is inaccessible.`]);
  }
  const capacityBytes = roundCapacity(asked.capacityBytes);
  if (!asked.isSparse && domain.availableBytes !== undefined && capacityBytes > domain.availableBytes) {
    refuseIf(attempt, [`Low disk space on Storage Domain ${domain.name}.`]);
  }
  const common = { storageDomainId: domain.id, capacityBytes, actualBytes: 0, createdAtMs: nowMs };
  return {
    dataCenterId,
    plan: {
      disk: {
        ...common,
        id: asked.id,
        name: asked.name,
        description: asked.description ?? "",
        format: asked.format,
        isSparse: asked.isSparse,
        status: "locked",
        isShareable: asked.isShareable ?? false,
        wipeAfterDelete: asked.wipeAfterDelete ?? domain.wipeAfterDelete,
        propagateErrors: asked.propagateErrors ?? false,
        backup: asked.backup ?? "none",
        contentType: asked.contentType ?? "data",
      },
      volume: {
        ...common,
        id: asked.volumeId,
        diskId: asked.id,
        format: asked.format,
        isSparse: asked.isSparse,
        isLeaf: true,
      },
      ...(asked.initialBytes !== undefined && { initialBytes: asked.initialBytes }),
    },
  };
}
