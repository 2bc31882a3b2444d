import type { SomeVerbs } from "@yagura/agent-protocol";
import { type ImageId, parseId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import type { PoolId, PreparedVolume, Storage } from "../storage/storage.ts";
import { volumeKey } from "./volume.ts";

/** The namespace `Image`. */
export function imageVerbs({ images, volumes, domains }: Storage): NonNullable<SomeVerbs["Image"]> {
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
    teardown: ({ storagedomainID, imageID }) => images.teardown(domain(storagedomainID), image(imageID)),
  };
}

function formatVolume({ domainId, imageId, volumeId, path }: PreparedVolume) {
  return { domainID: domainId, imageID: imageId, volumeID: volumeId, path, leasePath: "", leaseOffset: 0 };
}
