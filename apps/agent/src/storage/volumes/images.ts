import type { StorageImages } from "../contract/images.ts";
import { deleteImage, requireDeletable } from "./delete-image.ts";
import { openDownload } from "./download-volume.ts";
import { prepareImage } from "./prepare-image.ts";
import { requireWriter, startSpmTask, type VolumesWorld } from "./spm-task.ts";
import { uploadVolume } from "./upload-volume.ts";

/** What can be done with images as a whole, and with the bytes of their volumes. */
export function openImages(world: VolumesWorld): StorageImages {
  const { known, locks, tasks, volumeWorld } = world;
  return {
    async delete(order, image) {
      requireWriter(world, order, [image.domainId]);
      const domain = await known.get(image.domainId);
      await requireDeletable(domain, image.imageId, volumeWorld);
      return startSpmTask(world, {
        verb: "deleteImage",
        order,
        domainIds: [image.domainId],
        locks: [image],
        run: async (task, { known, volumeWorld }) =>
          deleteImage(await known.get(image.domainId), image, volumeWorld, task),
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
