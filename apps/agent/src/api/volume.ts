import type { CallContext, SomeVerbs, VolumeInfoResponse } from "@yagura/agent-protocol";
import { volumeAllocationIds, volumeFormatIds, volumeRoleIds } from "@yagura/agent-protocol";
import { blankUuid, type ImageId, parseId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import type { PoolId, SpmOrder } from "../storage/contract/spm-order.ts";
import type { NewVolume, VolumeInfo, VolumeKey } from "../storage/contract/volumes.ts";
import { StorageError } from "../storage/errors.ts";
import type { Storage } from "../storage/storage.ts";

interface KeyOnWire {
  readonly storagedomainID: string;
  readonly imageID: string;
  readonly volumeID: string;
}

/** The namespace `Volume`. */
export function volumeVerbs(
  { volumes }: Storage,
  teardown: (domainId: StorageDomainId, imageId: ImageId) => Promise<void>,
): NonNullable<SomeVerbs["Volume"]> {
  return {
    create: (params, context) =>
      volumes.create(spmOrder(params, context), {
        ...volumeKey(params),
        capacityBytes: readBytes(params.size),
        format: params.volFormat === volumeFormatIds.raw ? "RAW" : "COW",
        allocation: params.preallocate === volumeAllocationIds.preallocated ? "PREALLOCATED" : "SPARSE",
        diskType: params.diskType,
        description: params.desc,
        ...readParent(params),
        ...(params.legal !== undefined && { isLegal: params.legal }),
        ...(params.sequence !== undefined && { sequence: params.sequence }),
      }),
    copy: (params, context) =>
      volumes.copy(spmOrder(params, context), {
        source: volumeKey(params),
        target: volumeKey({
          storagedomainID: params.dstSdUUID,
          imageID: params.dstImgUUID,
          volumeID: params.dstVolUUID,
        }),
        format: params.volFormat === volumeFormatIds.raw ? "RAW" : "COW",
        allocation: params.preallocate === volumeAllocationIds.preallocated ? "PREALLOCATED" : "SPARSE",
        description: params.desc,
        role: params.volType === volumeRoleIds.shared ? "SHARED" : "LEAF",
      }),
    delete: (params, context) =>
      volumes.delete(spmOrder(params, context), {
        domainId: parseId<StorageDomainId>(params.storagedomainID),
        imageId: parseId<ImageId>(params.imageID),
        volumeIds: [parseId<VolumeId>(params.volumeID)],
        wipes: params.postZero,
      }),
    extendSize: (params, context) =>
      volumes.extend(spmOrder(params, context), { ...volumeKey(params), capacityBytes: readBytes(params.newSize) }),
    async measure({ dstVolFormat, backing_chain = true, baseID, ...params }) {
      const required = await volumes.measure(volumeKey(params), {
        format: dstVolFormat === volumeFormatIds.raw ? "RAW" : "COW",
        chain: backing_chain ? "all" : "none",
        ...(baseID !== undefined && { baseId: parseId<VolumeId>(baseID) }),
      });
      return { required };
    },
    getInfo: async (params) => formatVolumeInfo(await volumes.getInfo(volumeKey(params)), params.storagepoolID),
    async getSize(params) {
      const { trueBytes, apparentBytes } = await volumes.getSize(volumeKey(params));
      return { truesize: String(trueBytes), apparentsize: String(apparentBytes) };
    },
    async getQemuImageInfo(params) {
      const info = await volumes.getQemuImageInfo(volumeKey(params));
      const backing = info["backing-filename"];
      const specific = info["format-specific"] as { readonly data?: { readonly compat?: unknown } } | undefined;
      const compat = specific?.data?.compat;
      return {
        format: info["format"] === "qcow2" ? "qcow2" : "raw",
        virtualsize: Number(info["virtual-size"]),
        ...(info["cluster-size"] !== undefined && { clustersize: Number(info["cluster-size"]) }),
        ...(typeof backing === "string" && { backingfile: backing }),
        ...((compat === "0.10" || compat === "1.1") && { compat }),
      };
    },
    setDescription: (params, context) =>
      volumes.setDescription(spmOrder(params, context), volumeKey(params), params.description),
    async setLegality(params, context) {
      if (params.legality === "FAKE") throw new StorageError("InvalidParameter", "a volume cannot be made FAKE");
      await volumes.setLegality(spmOrder(params, context), volumeKey(params), params.legality);
    },
    verify_untrusted: (params) => volumes.verify(volumeKey(params)),
    // A file is seen by every host at its size; only volumes on LVM must be looked at again.
    async refresh(params) {
      await volumes.getSize(volumeKey(params));
    },
    teardown: ({ storagedomainID, imageID }) =>
      teardown(parseId<StorageDomainId>(storagedomainID), parseId<ImageId>(imageID)),
  };
}

/** In which epoch the caller means a change of the structure of a pool. */
export function spmOrder(
  { storagepoolID }: { readonly storagepoolID: string },
  { spmEpoch }: Pick<CallContext, "spmEpoch">,
): SpmOrder {
  return { poolId: parseId<PoolId>(storagepoolID), epoch: spmEpoch };
}

export function volumeKey({ storagedomainID, imageID, volumeID }: KeyOnWire): VolumeKey {
  return {
    domainId: parseId<StorageDomainId>(storagedomainID),
    imageId: parseId<ImageId>(imageID),
    volumeId: parseId<VolumeId>(volumeID),
  };
}

function readParent({ srcImgUUID, srcVolUUID }: { srcImgUUID: string; srcVolUUID: string }): Pick<NewVolume, "parent"> {
  if (srcVolUUID === blankUuid || srcVolUUID === "") return {};
  return { parent: { imageId: parseId<ImageId>(srcImgUUID), volumeId: parseId<VolumeId>(srcVolUUID) } };
}

function readBytes(text: string): number {
  const bytes = Number(text);
  if (!Number.isSafeInteger(bytes) || bytes < 0)
    throw new StorageError("InvalidParameter", `not a size in bytes: ${text.slice(0, 40)}`);
  return bytes;
}

function formatVolumeInfo(volume: VolumeInfo, storagepoolID: string): VolumeInfoResponse {
  return {
    uuid: volume.volumeId,
    image: volume.imageId,
    domain: volume.domainId,
    pool: storagepoolID,
    parent: volume.parentId ?? blankUuid,
    children: [...volume.childIds],
    capacity: String(volume.capacityBytes),
    apparentsize: String(volume.apparentBytes),
    truesize: String(volume.trueBytes),
    format: volume.format,
    allocType: volume.allocation,
    voltype: volume.role,
    legality: volume.legality,
    status: volume.status,
    disktype: volume.diskType,
    description: volume.description,
    ctime: String(volume.createdSeconds),
    mtime: "0",
    generation: volume.generation,
  };
}
