import {
  AgentFault,
  type SomeVerbs,
  type VolumeCreateParams,
  type VolumeVerbs,
  volumeAllocationIds,
  volumeFormatIds,
  volumeRoleIds,
} from "@yagura/agent-protocol";
import { blankUuid } from "@yagura/std/ids.ts";
import type { HostWorld } from "../world/host-world.ts";
import { allocatedBytes, type SimulatedVolume } from "../world/storage.ts";

interface VolumeIds {
  readonly storagedomainID: string;
  readonly imageID: string;
  readonly volumeID: string;
}

export function volumeVerbs(world: HostWorld): NonNullable<SomeVerbs["Volume"]> {
  const { storage, tasks } = world;
  const get = ({ storagedomainID, imageID, volumeID }: VolumeIds): SimulatedVolume =>
    storage.getVolume(storagedomainID, imageID, volumeID);
  const verbs: Partial<VolumeVerbs> = {
    async create(params) {
      world.getPoolAsSpm(params.storagepoolID);
      checkNewVolume(world, params);
      return tasks.start("createVolume", () => addVolume(world, params));
    },
    async copy({ storagepoolID, dstSdUUID, dstImgUUID, dstVolUUID, desc, volFormat, preallocate, volType, ...ids }) {
      world.getPoolAsSpm(storagepoolID);
      const source = get(ids);
      const images = storage.getDomain(dstSdUUID).images;
      if (images.get(dstImgUUID)?.has(dstVolUUID) === true)
        throw new AgentFault("VolumeAlreadyExists", { volUUID: dstVolUUID });
      return tasks.start("copyImage", () => {
        const image = images.get(dstImgUUID) ?? new Map<string, SimulatedVolume>();
        images.set(dstImgUUID, image);
        image.set(dstVolUUID, {
          ...source,
          volumeId: dstVolUUID,
          imageId: dstImgUUID,
          // A copy has everything that was below its source.
          parentId: blankUuid,
          format: volFormat === volumeFormatIds.cow ? "COW" : "RAW",
          allocation: preallocate === volumeAllocationIds.sparse ? "SPARSE" : "PREALLOCATED",
          description: desc,
          legality: "LEGAL",
          generation: 0,
          lease: undefined,
          isShared: volType === volumeRoleIds.shared,
        });
      });
    },
    async getInfo(params) {
      const volume = get(params);
      return {
        uuid: volume.volumeId,
        image: volume.imageId,
        domain: params.storagedomainID,
        pool: params.storagepoolID,
        parent: volume.parentId,
        children: childrenOf(world, params),
        format: volume.format,
        allocType: volume.allocation,
        capacity: String(volume.capacityBytes),
        truesize: String(allocatedBytes(volume)),
        apparentsize: String(allocatedBytes(volume)),
        voltype: volume.isShared ? "SHARED" : childrenOf(world, params).length > 0 ? "INTERNAL" : "LEAF",
        legality: volume.legality,
        status: volume.legality === "LEGAL" ? "OK" : "ILLEGAL",
        description: volume.description,
        disktype: "DATA",
        ctime: "0",
        mtime: "0",
        generation: volume.generation,
      };
    },
    async getSize(params) {
      const size = String(allocatedBytes(get(params)));
      return { truesize: size, apparentsize: size };
    },
    async getQemuImageInfo(params) {
      const volume = get(params);
      return {
        format: volume.format === "COW" ? "qcow2" : "raw",
        virtualsize: volume.capacityBytes,
        clustersize: 65536,
        ...(volume.parentId !== blankUuid && { backingfile: volume.parentId }),
        ...(volume.format === "COW" && { compat: "1.1" as const }),
      };
    },
    async measure(params) {
      return { required: allocatedBytes(get(params)) };
    },
    async extendSize({ storagepoolID, newSize, ...ids }) {
      world.getPoolAsSpm(storagepoolID);
      const volume = get(ids);
      return tasks.start("extendVolumeSize", () => {
        const capacityBytes = Number(newSize);
        if (capacityBytes < volume.capacityBytes) throw new AgentFault("VolumeResizeValueError", "it would shrink");
        storage.getImage(ids.storagedomainID, ids.imageID).set(ids.volumeID, { ...volume, capacityBytes });
      });
    },
    async refresh(params) {
      get(params);
    },
    async setDescription({ description, ...ids }) {
      get(ids).description = description;
    },
    async setLegality({ legality, ...ids }) {
      get(ids).legality = legality === "LEGAL" ? "LEGAL" : "ILLEGAL";
    },
    async verify_untrusted(params) {
      // A qcow2 that names another file would show that file to the guest.
      if (get(params).content.includes("backing=")) throw new AgentFault("ImageVerificationError", "a backing file");
    },
    async delete({ storagepoolID, ...ids }) {
      world.getPoolAsSpm(storagepoolID);
      get(ids);
      return tasks.start("deleteVolume", () => {
        const image = storage.getImage(ids.storagedomainID, ids.imageID);
        image.delete(ids.volumeID);
        if (image.size === 0) storage.getDomain(ids.storagedomainID).images.delete(ids.imageID);
      });
    },
    async teardown() {
      return undefined;
    },
  };
  return verbs;
}

/** The volumes of the same image that stand on it. */
function childrenOf({ storage }: HostWorld, { storagedomainID, imageID, volumeID }: VolumeIds): string[] {
  const image = storage.getImage(storagedomainID, imageID);
  return [...image.values()].filter(({ parentId }) => parentId === volumeID).map(({ volumeId }) => volumeId);
}

function checkNewVolume({ storage }: HostWorld, params: VolumeCreateParams): void {
  const domain = storage.getDomain(params.storagedomainID);
  if (domain.poolId !== params.storagepoolID)
    throw new AgentFault("StorageDomainNotInPool", { sdUUID: domain.domainId });
  if (!domain.isActive) throw new AgentFault("StorageDomainNotActive", { sdUUID: domain.domainId });
  if (domain.images.get(params.imageID)?.has(params.volumeID) === true) {
    throw new AgentFault("VolumeAlreadyExists", { volUUID: params.volumeID });
  }
  if (params.srcVolUUID !== blankUuid) {
    const parentImage = params.srcImgUUID === blankUuid ? params.imageID : params.srcImgUUID;
    storage.getVolume(params.storagedomainID, parentImage, params.srcVolUUID);
    if (params.volFormat !== volumeFormatIds.cow)
      throw new AgentFault("IncorrectFormat", "a volume on another one must be COW");
  }
}

function addVolume({ storage }: HostWorld, params: VolumeCreateParams): void {
  const domain = storage.getDomain(params.storagedomainID);
  const image = domain.images.get(params.imageID) ?? new Map<string, SimulatedVolume>();
  domain.images.set(params.imageID, image);
  const parent =
    params.srcImgUUID === blankUuid ? undefined : domain.images.get(params.srcImgUUID)?.get(params.srcVolUUID);
  if (parent !== undefined && params.srcImgUUID !== params.imageID) parent.isShared = true;
  image.set(params.volumeID, {
    volumeId: params.volumeID,
    imageId: params.imageID,
    capacityBytes: Number(params.size),
    format: params.volFormat === volumeFormatIds.cow ? "COW" : "RAW",
    allocation: params.preallocate === volumeAllocationIds.sparse ? "SPARSE" : "PREALLOCATED",
    parentId: params.srcVolUUID,
    uploadedBytes: 0,
    content: Buffer.alloc(0),
    description: params.desc,
    legality: params.legal === false ? "ILLEGAL" : "LEGAL",
    generation: 0,
    isShared: false,
  });
}
