import type { VolumeMetadata } from "@yagura/storage-format";
import type { PoolId, StorageVolumes, VolumeKey } from "../storage.ts";
import { copyVolume, planCopy } from "./copy-volume.ts";
import { createVolume, readNewVolumePlan } from "./create-volume.ts";
import { deleteVolumes } from "./delete-volumes.ts";
import { extendVolume, readExtension, setCapacity } from "./extend-volume.ts";
import { measureVolume } from "./measure-volume.ts";
import { requireWriter, startSpmTask, type VolumesWorld } from "./spm-task.ts";
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
    poolId: PoolId,
    volume: VolumeKey,
    differs: Partial<Pick<VolumeMetadata, "description" | "legality">>,
  ): Promise<void> {
    requireWriter(world, poolId, [volume.domainId]);
    const domain = await known.get(volume.domainId);
    await locks.run([volume], async () => {
      requireWriter(world, poolId, [volume.domainId]);
      await changeRecord(domain, volume, volumeWorld, (metadata) => ({ ...metadata, ...differs }));
    });
  }

  return {
    async create(poolId, volume) {
      const { domainId, imageId, parent } = volume;
      requireWriter(world, poolId, [domainId]);
      const domain = await known.get(domainId);
      // What is impossible now is said at once; it is looked at again when it is this task's turn.
      await readNewVolumePlan(domain, volume, volumeWorld);
      return startSpmTask(world, {
        verb: "createVolume",
        poolId,
        domainIds: [domainId],
        images: [{ domainId, imageId }, ...(parent === undefined ? [] : [{ domainId, imageId: parent.imageId }])],
        run: (task) => createVolume(domain, volume, volumeWorld, task),
      });
    },

    async copy(poolId, copy) {
      const domainIds = [copy.source.domainId, copy.target.domainId];
      requireWriter(world, poolId, domainIds);
      const domains = { source: await known.get(copy.source.domainId), target: await known.get(copy.target.domainId) };
      await planCopy(domains, copy, volumeWorld);
      // The source is not locked: guests go on being made from a template while it is copied.
      return startSpmTask(world, {
        verb: "copyImage",
        poolId,
        domainIds,
        images: [copy.target],
        run: (task) => copyVolume(domains, copy, volumeWorld, task),
      });
    },

    async delete(poolId, deleted) {
      requireWriter(world, poolId, [deleted.domainId]);
      const domain = await known.get(deleted.domainId);
      return startSpmTask(world, {
        verb: "deleteVolume",
        poolId,
        domainIds: [deleted.domainId],
        images: [deleted],
        run: (task) => deleteVolumes(domain, deleted, volumeWorld, task),
      });
    },

    async extend(poolId, extension) {
      const { domainId } = extension;
      requireWriter(world, poolId, [domainId]);
      const domain = await known.get(domainId);
      await readExtension(domain, extension, volumeWorld);
      return startSpmTask(world, {
        verb: "extendVolumeSize",
        poolId,
        domainIds: [domainId],
        images: [extension],
        run: (task) => extendVolume(domain, extension, volumeWorld, task),
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

    setDescription: (poolId, volume, description) => change(poolId, volume, { description }),
    setLegality: (poolId, volume, legality) => change(poolId, volume, { legality }),

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
