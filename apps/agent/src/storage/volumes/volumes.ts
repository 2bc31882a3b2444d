import type { StorageDomainId, TaskId } from "@yagura/std/ids.ts";
import type { VolumeMetadata } from "@yagura/storage-format";
import type { KnownDomains } from "../domains/known-domains.ts";
import { requireActive, requireSpm } from "../pool/connected-pool.ts";
import type { Pools } from "../pool/pools.ts";
import type { PoolId, StorageImages, StorageVolumes, VolumeKey } from "../storage.ts";
import type { ImageKey, ImageLocks } from "../tasks/image-locks.ts";
import type { RunningTask, Tasks } from "../tasks/tasks.ts";
import { copyVolume, planCopy } from "./copy-volume.ts";
import { createVolume, readNewVolumePlan } from "./create-volume.ts";
import { deleteImage, requireDeletable } from "./delete-image.ts";
import { deleteVolumes } from "./delete-volumes.ts";
import { openDownload } from "./download-volume.ts";
import { prepareImage } from "./prepare-image.ts";
import { uploadVolume } from "./upload-volume.ts";
import { readQemuImageInfo, verifyVolume } from "./verify-volume.ts";
import { getVolumeInfo, getVolumeSize } from "./volume-info.ts";
import { getVolume, type VolumeWorld } from "./volume-world.ts";

interface VolumesWorld {
  readonly known: KnownDomains;
  readonly pools: Pools;
  readonly tasks: Tasks;
  readonly locks: ImageLocks;
  readonly volumeWorld: VolumeWorld;
}

interface SpmTask {
  readonly verb: string;
  readonly poolId: PoolId;
  readonly domainIds: readonly StorageDomainId[];
  readonly images: readonly ImageKey[];
  run(task: RunningTask): Promise<void>;
}

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
      await domain.writeVolume(volume.imageId, volume.volumeId, { ...(await getVolume(domain, volume)), ...differs });
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

/** What can be done with images as a whole, and with the bytes of their volumes. */
export function openImages(world: VolumesWorld): StorageImages {
  const { known, locks, tasks, volumeWorld } = world;
  return {
    async delete(poolId, image) {
      requireWriter(world, poolId, [image.domainId]);
      const domain = await known.get(image.domainId);
      await requireDeletable(domain, image.imageId, volumeWorld);
      return startSpmTask(world, {
        verb: "deleteImage",
        poolId,
        domainIds: [image.domainId],
        images: [image],
        run: (task) => deleteImage(domain, image, volumeWorld, task),
      });
    },

    async prepare(volume, options) {
      const domain = await known.get(volume.domainId);
      return locks.run([volume], () => prepareImage(domain, volume, volumeWorld, options));
    },

    teardown: (domainId, imageId) => volumeWorld.prepared.remove(domainId, imageId),

    listPrepared: () => volumeWorld.prepared.list(),

    async upload(volume, body, options) {
      const task = tasks.begin("uploadImage");
      try {
        const domain = await known.get(volume.domainId);
        await locks.run([volume], () => uploadVolume(domain, volume, body, volumeWorld, options));
        task.finish();
        return task.taskId;
      } catch (error) {
        body.destroy();
        task.finish(error);
        throw error;
      }
    },

    async download(volume, options) {
      const domain = await known.get(volume.domainId);
      const { body, lengthBytes } = await openDownload(domain, volume, volumeWorld, options);
      const task = tasks.begin("downloadImage");
      body.once("error", (error) => task.finish(error));
      body.once("close", () => task.finish(body.errored ?? undefined));
      return { taskId: task.taskId, lengthBytes, body };
    },
  };
}

/** Starts a task of the SPM, which looks again whether it is one when its turn comes. */
async function startSpmTask(world: VolumesWorld, { verb, poolId, domainIds, images, run }: SpmTask): Promise<TaskId> {
  const store = await world.pools.openJournal(poolId);
  return world.tasks.start({
    verb,
    poolId,
    images,
    store,
    async run(task) {
      requireWriter(world, poolId, domainIds);
      await run(task);
    },
  });
}

/** The structure of a domain is changed by the SPM alone, and only of one that is active. */
function requireWriter({ pools }: VolumesWorld, poolId: PoolId, domainIds: readonly StorageDomainId[]): void {
  const pool = pools.get(poolId);
  requireSpm(pool);
  for (const domainId of domainIds) requireActive(pool, domainId);
}
