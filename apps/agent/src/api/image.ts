import type { SomeVerbs } from "@yagura/agent-protocol";
import { type ImageId, parseId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import type { PoolId, PreparedVolume, Storage } from "../storage/storage.ts";
import { isImageInUse } from "../virt/images-in-use.ts";
import type { VirtContext } from "../virt/virt-context.ts";
import { volumeKey } from "./volume.ts";

/** The namespace `Image`. */
export function imageVerbs(
  { images, volumes, domains }: Storage,
  teardown: TeardownUnused,
): NonNullable<SomeVerbs["Image"]> {
  const pool = (id: string): PoolId => parseId<PoolId>(id);
  const domain = (id: string): StorageDomainId => parseId<StorageDomainId>(id);
  const image = (id: string): ImageId => parseId<ImageId>(id);
  return {
    delete: ({ storagepoolID, storagedomainID, imageID, postZero }) =>
      images.delete(pool(storagepoolID), {
        domainId: domain(storagedomainID),
        imageId: image(imageID),
        wipes: postZero,
      }),
    deleteVolumes: ({ storagepoolID, storagedomainID, imageID, volumeList, postZero = false }) =>
      volumes.delete(pool(storagepoolID), {
        domainId: domain(storagedomainID),
        imageId: image(imageID),
        volumeIds: volumeList.map((id) => parseId<VolumeId>(id)),
        wipes: postZero,
      }),
    getVolumes: ({ storagedomainID, imageID }) => domains.listVolumes(domain(storagedomainID), image(imageID)),
    async prepare({ allowIllegal = false, ...params }) {
      const prepared = await images.prepare(volumeKey(params), { allowsIllegal: allowIllegal });
      return {
        path: prepared.path,
        info: { type: prepared.kind, path: prepared.path },
        imgVolumesInfo: prepared.chain.map(formatVolume),
      };
    },
    teardown: ({ storagedomainID, imageID }) => teardown(domain(storagedomainID), image(imageID)),
  };
}

/** Lets go of an image, unless a guest of this host has it open: that keeps it until it ends. */
export type TeardownUnused = (domainId: StorageDomainId, imageId: ImageId) => Promise<void>;

export function teardownUnused({ images }: Storage, { vms }: Pick<VirtContext, "vms">): TeardownUnused {
  return async (domainId, imageId) => {
    const views = vms.list().map(({ view }) => view);
    if (!isImageInUse(views, imageId)) await images.teardown(domainId, imageId);
  };
}

function formatVolume({ domainId, imageId, volumeId, path }: PreparedVolume) {
  return { domainID: domainId, imageID: imageId, volumeID: volumeId, path, leasePath: "", leaseOffset: 0 };
}
