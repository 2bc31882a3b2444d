import type { VolumeMetadata } from "@yagura/storage-format";
import type { SpmOrder } from "../contract/spm-order.ts";
import type { StorageVolumes, VolumeCopy, VolumeKey } from "../contract/volumes.ts";
import type { DomainFinder } from "../domains/known-domains.ts";
import { type CopyDomains, copyVolume, planCopy } from "./copy-volume.ts";
import { createVolume, readNewVolumePlan } from "./create-volume.ts";
import { deleteVolumes } from "./delete-volumes.ts";
import { extendVolume, readExtension, setCapacity } from "./extend-volume.ts";
import { finalizeMerge } from "./finalize-merge.ts";
import { measureVolume } from "./measure-volume.ts";
import { readMergeable } from "./mergeable.ts";
import { prepareMerge } from "./prepare-merge.ts";
import { guardWorld, requireWriter, startSpmTask, type VolumesWorld } from "./spm-task.ts";
import { readQemuImageInfo, verifyVolume } from "./verify-volume.ts";
import { getVolumeInfo, getVolumeSize } from "./volume-info.ts";
import { changeRecord } from "./volume-record.ts";
import { getVolume } from "./volume-world.ts";

/** The Manager waits for this long at most, too. */
const MEASURE_MS = 60_000;

/** What can be done with volumes. */
export function openVolumes(world: VolumesWorld): StorageVolumes {
  const { known, locks, volumeWorld } = world;

  async function change(
    order: SpmOrder,
    volume: VolumeKey,
    differs: Partial<Pick<VolumeMetadata, "description" | "legality">>,
  ): Promise<void> {
    requireWriter(world, order, [volume.domainId]);
    await locks.run([volume], async () => {
      const guarded = guardWorld(world, requireWriter(world, order, [volume.domainId]));
      const guardedDomain = await guarded.known.get(volume.domainId);
      await changeRecord(guardedDomain, volume, guarded.volumeWorld, (metadata) => ({ ...metadata, ...differs }));
    });
  }

  return {
    async create(order, volume) {
      const { domainId, imageId, parent } = volume;
      requireWriter(world, order, [domainId]);
      const domain = await known.get(domainId);
      // What is impossible now is said at once; it is looked at again when it is this task's turn.
      await readNewVolumePlan(domain, volume, volumeWorld);
      return startSpmTask(world, {
        verb: "createVolume",
        order,
        domainIds: [domainId],
        locks: [{ domainId, imageId }, ...(parent === undefined ? [] : [{ domainId, imageId: parent.imageId }])],
        run: async (task, { known, volumeWorld }) =>
          createVolume(await known.get(volume.domainId), volume, volumeWorld, task),
      });
    },

    async copy(order, copy) {
      const domainIds = [copy.source.domainId, copy.target.domainId];
      requireWriter(world, order, domainIds);
      await planCopy(await readDomains(known, copy), copy, volumeWorld);
      // The source is not locked: guests go on being made from a template while it is copied.
      return startSpmTask(world, {
        verb: "copyImage",
        order,
        domainIds,
        locks: [copy.target],
        run: async (task, { known, volumeWorld }) =>
          copyVolume(await readDomains(known, copy), copy, volumeWorld, task),
      });
    },

    async delete(order, deleted) {
      requireWriter(world, order, [deleted.domainId]);
      return startSpmTask(world, {
        verb: "deleteVolume",
        order,
        domainIds: [deleted.domainId],
        locks: [deleted],
        run: async (task, { known, volumeWorld }) =>
          deleteVolumes(await known.get(deleted.domainId), deleted, volumeWorld, task),
      });
    },

    async extend(order, extension) {
      const { domainId } = extension;
      requireWriter(world, order, [domainId]);
      const domain = await known.get(domainId);
      await readExtension(domain, extension, volumeWorld);
      return startSpmTask(world, {
        verb: "extendVolumeSize",
        order,
        domainIds: [domainId],
        locks: [extension],
        run: async (task, { known, volumeWorld }) =>
          extendVolume(await known.get(extension.domainId), extension, volumeWorld, task),
      });
    },
    async prepareMerge(order, subchain) {
      const { domainId } = subchain;
      requireWriter(world, order, [domainId]);
      const domain = await known.get(domainId);
      await readMergeable(domain, subchain);
      return startSpmTask(world, {
        verb: "prepareMerge",
        order,
        domainIds: [domainId],
        locks: [subchain],
        run: async (task, { known, volumeWorld }) =>
          prepareMerge(await known.get(subchain.domainId), subchain, volumeWorld, task),
      });
    },
    async finalizeMerge(order, subchain) {
      const { domainId } = subchain;
      requireWriter(world, order, [domainId]);
      const domain = await known.get(domainId);
      await readMergeable(domain, subchain);
      return startSpmTask(world, {
        verb: "finalizeMerge",
        order,
        domainIds: [domainId],
        locks: [subchain],
        run: async (task, { known, volumeWorld }) =>
          finalizeMerge(await known.get(subchain.domainId), subchain, volumeWorld, task),
      });
    },
    async setCapacity(volume, capacityBytes) {
      const domain = await known.get(volume.domainId);
      await locks.run([volume], () => setCapacity(domain, { ...volume, capacityBytes }, volumeWorld));
    },
    async measure(volume, options) {
      const signal = AbortSignal.timeout(MEASURE_MS);
      return measureVolume(await known.get(volume.domainId), volume, options, volumeWorld, signal);
    },
    async getInfo(volume) {
      return getVolumeInfo(await known.get(volume.domainId), volume, volumeWorld);
    },

    async getSize(volume) {
      return getVolumeSize(await known.get(volume.domainId), volume, volumeWorld.files);
    },

    setDescription: (order, volume, description) => change(order, volume, { description }),
    setLegality: (order, volume, legality) => change(order, volume, { legality }),

    async verify(volume) {
      await verifyVolume(await known.get(volume.domainId), volume, volumeWorld);
    },

    async getQemuImageInfo(volume) {
      const domain = await known.get(volume.domainId);
      const metadata = await getVolume(domain, volume);
      const info = await readQemuImageInfo(domain, volume, metadata, volumeWorld, new AbortController().signal);
      return info.all;
    },
  };
}

async function readDomains(known: DomainFinder, { source, target }: VolumeCopy): Promise<CopyDomains> {
  return { source: await known.get(source.domainId), target: await known.get(target.domainId) };
}
