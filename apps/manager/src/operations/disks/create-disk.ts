import { type DiskId, newId, type VolumeId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { findDisk, getDisk } from "../../db/queries/disks.ts";
import type { Disk, NewDisk } from "../../domain/disk/disk.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { createDisk as definition, recordNewDisk } from "../../sagas/create-disk.ts";
import { ownCreated } from "../permissions/own-created.ts";
import { type Started, startSaga } from "../started.ts";
import { byActor, userOf } from "../subjects.ts";
import { getUsableDomain } from "./disk-at-rest.ts";
import { planDisk } from "./plan-disk.ts";

const attempt = "Cannot add Virtual Disk.";

export type AskedDisk = Omit<NewDisk, "id" | "volumeId"> & { readonly id?: DiskId; readonly volumeId?: VolumeId };

/** An empty disk. It is locked until its volume is there. */
export async function createDisk(context: OpContext, asked: AskedDisk): Promise<Started & { readonly disk: Disk }> {
  await context.authorize("create_disk", { type: "storage_domain", id: asked.storageDomainId });
  const { db, clock } = context;
  const wanted = { ...asked, id: asked.id ?? newId<DiskId>(), volumeId: asked.volumeId ?? newId<VolumeId>() };
  const { plan, dataCenterId } = await planDisk(db, attempt, wanted, clock.nowMs());
  const params = { plan, dataCenterId, ...userOf(context) };
  const started = await startSaga(context, attempt, definition, params, {
    description: `Adding Disk ${plan.disk.name}`,
    locks: [`disk:${plan.disk.id}`],
    async prepare(tx) {
      await getUsableDomain(tx, attempt, plan.disk.storageDomainId);
      refuseIf(attempt, (await findDisk(tx, wanted.id)) === undefined ? [] : ["The disk ID is already in use."]);
      await recordNewDisk(tx, params);
      await ownCreated(tx, context, { type: "disk", id: wanted.id });
      await announce(tx, clock, {
        name: "diskCreationStarted",
        ...byActor(context),
        details: { disk: plan.disk.name },
      });
    },
  });
  return { ...started, disk: await getDisk(db, wanted.id) };
}
