import type { SomeVerbs } from "@yagura/agent-protocol";
import { type ImageId, parseId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import type { PreparedVolume } from "../storage/contract/images.ts";
import { StorageError } from "../storage/errors.ts";
import type { Storage } from "../storage/storage.ts";
import { isImageInUse } from "../virt/images-in-use.ts";
import type { VirtContext } from "../virt/virt-context.ts";
import { spmOrder, volumeKey } from "./volume.ts";

/** The namespace `Image`. */
export function imageVerbs(
  { images, volumes, domains }: Storage,
  teardown: TeardownUnused,
): NonNullable<SomeVerbs["Image"]> {
  const domain = (id: string): StorageDomainId => parseId<StorageDomainId>(id);
  const image = (id: string): ImageId => parseId<ImageId>(id);
  return {
    delete: ({ storagepoolID, storagedomainID, imageID, postZero }, context) =>
      images.delete(spmOrder({ storagepoolID }, context), {
        domainId: domain(storagedomainID),
        imageId: image(imageID),
        wipes: postZero,
      }),
    deleteVolumes: ({ storagepoolID, storagedomainID, imageID, volumeList, postZero = false }, context) =>
      volumes.delete(spmOrder({ storagepoolID }, context), {
        domainId: domain(storagedomainID),
        imageId: image(imageID),
        volumeIds: volumeList.map((id) => parseId<VolumeId>(id)),
        wipes: postZero,
      }),
    // A Manager makes the structure with Volume.create, volume by volume, and fills it with SDM.copy_data from the base up.
    move: () => refuse("Image.move"),
    cloneStructure: () => refuse("Image.cloneStructure"),
    syncData: () => refuse("Image.syncData"),
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

async function refuse(verb: string): Promise<never> {
  throw new StorageError("MethodNotImplemented", `${verb} is not offered: use Volume.create and SDM.copy_data`);
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
