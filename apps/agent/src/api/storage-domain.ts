import type { SomeVerbs } from "@yagura/agent-protocol";
import { findId, type ImageId, parseId, type StorageDomainId } from "@yagura/std/ids.ts";
import { domainClasses, storageTypes } from "@yagura/storage-format";
import type { PoolId } from "../storage/contract/spm-order.ts";
import { StorageError } from "../storage/errors.ts";
import type { Storage } from "../storage/storage.ts";

/** The namespace `StorageDomain`. */
export function storageDomainVerbs({ domains }: Storage): NonNullable<SomeVerbs["StorageDomain"]> {
  const domain = (id: string): StorageDomainId => parseId<StorageDomainId>(id);
  const pool = (id: string): PoolId => parseId<PoolId>(id);
  return {
    async create({ storagedomainID, domainType, typeArgs, name, domainClass, version = 5, blockSize }) {
      const type = storageTypes[domainType - 1];
      if (type === undefined)
        throw new StorageError("StorageDomainTypeError", `no storage of type ${domainType} is known`);
      await domains.create({
        domainId: domain(storagedomainID),
        type,
        class: domainClasses[domainClass - 1] ?? "Data",
        name,
        path: typeArgs,
        version,
        // 0: whatever the storage has.
        ...(blockSize !== undefined && blockSize > 0 && { blockSizeBytes: blockSize }),
      });
    },
    format: ({ storagedomainID }) => domains.format(domain(storagedomainID)),
    attach: ({ storagedomainID, storagepoolID }, { spmEpoch }) =>
      domains.attach(domain(storagedomainID), pool(storagepoolID), spmEpoch),
    detach: ({ storagedomainID, storagepoolID, force = false }, { spmEpoch }) =>
      domains.detach(domain(storagedomainID), pool(storagepoolID), { isForced: force, epoch: spmEpoch }),
    activate: ({ storagedomainID, storagepoolID }, { spmEpoch }) =>
      domains.activate(domain(storagedomainID), pool(storagepoolID), spmEpoch),
    deactivate: ({ storagedomainID, storagepoolID }, { spmEpoch }) =>
      domains.deactivate(domain(storagedomainID), pool(storagepoolID), spmEpoch),
    setDescription: ({ storagedomainID, description }, { spmEpoch }) =>
      domains.setDescription(domain(storagedomainID), description, spmEpoch),
    validate: ({ storagedomainID }) => domains.validate(domain(storagedomainID)),
    async getInfo({ storagedomainID }) {
      const info = await domains.getInfo(domain(storagedomainID));
      return {
        uuid: info.domainId,
        type: info.type,
        class: info.class,
        name: info.name,
        role: info.role,
        pool: [...info.poolIds],
        version: info.version,
        remotePath: info.remotePath,
        block_size: info.blockSizeBytes,
        alignment: info.alignmentBytes,
        master_ver: info.masterVersion,
        lver: -1,
        spm_id: -1,
        state: "OK",
      };
    },
    async getStats({ storagedomainID }) {
      const { totalBytes, freeBytes } = await domains.getStats(domain(storagedomainID));
      return {
        disktotal: String(totalBytes),
        diskfree: String(freeBytes),
        mdavalid: true,
        mdathreshold: true,
        mdasize: 0,
        mdafree: 0,
      };
    },
    getImages: ({ storagedomainID }) => domains.listImages(domain(storagedomainID)),
    getVolumes: ({ storagedomainID, imageID }) =>
      domains.listVolumes(domain(storagedomainID), findId<ImageId>(imageID)),
  };
}
