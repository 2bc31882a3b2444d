import { AgentFault, type ImageVerbs, type SomeVerbs } from "@yagura/agent-protocol";
import type { HostWorld } from "../world/host-world.ts";

export function imageVerbs(world: HostWorld): NonNullable<SomeVerbs["Image"]> {
  const { storage, tasks } = world;
  const verbs: Partial<ImageVerbs> = {
    async delete({ storagepoolID, storagedomainID, imageID }) {
      world.getPoolAsSpm(storagepoolID);
      const image = storage.getImage(storagedomainID, imageID);
      const volumeIds = new Set(image.keys());
      const isParent = [...storage.getDomain(storagedomainID).images]
        .filter(([otherId]) => otherId !== imageID)
        .some(([, other]) => [...other.values()].some(({ parentId }) => volumeIds.has(parentId)));
      const busy = [...image.values()].find(({ lease }) => lease?.stoppedAtMs === undefined && lease !== undefined);
      if (busy !== undefined) throw new AgentFault("AcquireLockFailure", { volume: busy.volumeId });
      if (isParent) throw new AgentFault("CannotDeleteSharedVolume", { imgUUID: imageID });
      return tasks.start("deleteImage", () => {
        storage.getDomain(storagedomainID).images.delete(imageID);
      });
    },
    async deleteVolumes({ storagepoolID, storagedomainID, imageID, volumeList }) {
      world.getPoolAsSpm(storagepoolID);
      const image = storage.getImage(storagedomainID, imageID);
      return tasks.start("deleteVolumes", () => {
        for (const volumeId of volumeList) image.delete(volumeId);
      });
    },
    async getVolumes({ storagedomainID, imageID }) {
      return [...storage.getImage(storagedomainID, imageID).keys()];
    },
    async prepare({ storagepoolID, storagedomainID, imageID, volumeID }) {
      storage.getVolume(storagedomainID, imageID, volumeID);
      return { path: `/rhev/data-center/${storagepoolID}/${storagedomainID}/images/${imageID}/${volumeID}` };
    },
    async teardown({ storagedomainID, imageID }) {
      storage.getImage(storagedomainID, imageID);
    },
    async reconcileVolumeChain({ storagedomainID, imageID }) {
      return [...storage.getImage(storagedomainID, imageID).keys()];
    },
  };
  return verbs;
}
