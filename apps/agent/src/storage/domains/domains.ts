import { dirname } from "node:path";
import type { ImageId, StorageDomainId, VolumeId } from "@yagura/std/ids.ts";
import { isDomainDescription } from "@yagura/storage-format";
import { StorageError } from "../errors.ts";
import type { StorageFiles } from "../files/storage-files.ts";
import { requireSpm } from "../pool/connected-pool.ts";
import type { Pools } from "../pool/pools.ts";
import type { DomainInfo, DomainStats, NewDomain, PoolId, StorageDomains } from "../storage.ts";
import { createFileDomain } from "./create-file-domain.ts";
import type { KnownDomains } from "./known-domains.ts";

interface DomainsWorld {
  readonly repositoryPath: string;
  readonly files: StorageFiles;
  readonly known: KnownDomains;
  readonly pools: Pools;
}

/** What can be done with domains as a whole. */
export function openDomains(world: DomainsWorld): StorageDomains {
  const { files, known, pools } = world;
  return {
    create: (domain: NewDomain) => createFileDomain(domain, world),

    async format(domainId) {
      const domain = await known.get(domainId);
      const { poolIds } = await domain.readMetadata();
      if (poolIds.length > 0) {
        throw new StorageError(
          "CannotFormatAttachedStorageDomain",
          `domain ${domainId} belongs to pool ${poolIds.join(", ")}`,
        );
      }
      // Renamed first: half a domain is none.
      const doomed = `${dirname(domain.paths.domain)}/.removing-${domainId}`;
      await files.remove(doomed);
      await files.rename(domain.paths.domain, doomed);
      known.forget();
      await files.remove(doomed);
    },

    async attach(domainId, poolId) {
      requireSpm(pools.get(poolId));
      const domain = await known.get(domainId);
      const metadata = await domain.readMetadata();
      if (metadata.poolIds.some((other) => other !== poolId)) {
        throw new StorageError(
          "StorageDomainAlreadyAttached",
          `domain ${domainId} belongs to pool ${metadata.poolIds.join(", ")}`,
        );
      }
      if (!metadata.poolIds.includes(poolId))
        await domain.writeMetadata({ ...metadata, poolIds: [poolId], role: "Regular" });
      if (pools.get(poolId).domains.get(domainId) === undefined) await pools.setDomain(poolId, domainId, "attached");
    },

    async detach(domainId, poolId) {
      const pool = pools.get(poolId);
      requireSpm(pool);
      if (domainId === pool.connection.masterDomainId) {
        throw new StorageError("CannotDetachMasterStorageDomain", `domain ${domainId} is the master of pool ${poolId}`);
      }
      const status = requireInPool(pools, poolId, domainId);
      if (status === "active") {
        throw new StorageError("StorageDomainStatusError", `domain ${domainId} is active; deactivate it first`);
      }
      const domain = await known.get(domainId);
      const metadata = await domain.readMetadata();
      await domain.writeMetadata({ ...metadata, poolIds: metadata.poolIds.filter((other) => other !== poolId) });
      await pools.setDomain(poolId, domainId, undefined);
    },

    async activate(domainId, poolId) {
      requireSpm(pools.get(poolId));
      requireInPool(pools, poolId, domainId);
      const { poolIds } = await (await known.get(domainId)).readMetadata();
      if (!poolIds.some((other) => other === poolId)) {
        throw new StorageError(
          "StorageDomainNotInPool",
          `domain ${domainId} does not say that it belongs to pool ${poolId}`,
        );
      }
      await pools.setDomain(poolId, domainId, "active");
    },

    async deactivate(domainId, poolId) {
      const pool = pools.get(poolId);
      requireSpm(pool);
      requireInPool(pools, poolId, domainId);
      if (domainId === pool.connection.masterDomainId) {
        throw new StorageError(
          "StorageDomainMasterError",
          `domain ${domainId} is the master of pool ${poolId}, which needs one`,
        );
      }
      await pools.setDomain(poolId, domainId, "attached");
    },

    async setDescription(domainId, description) {
      if (!isDomainDescription(description)) {
        throw new StorageError(
          "StorageDomainDescriptionTooLong",
          `not a name for a domain: ${JSON.stringify(description.slice(0, 100))}`,
        );
      }
      const domain = await known.get(domainId);
      const metadata = await domain.readMetadata();
      for (const poolId of metadata.poolIds) requireSpm(pools.get(poolId));
      await domain.writeMetadata({ ...metadata, description });
    },

    async validate(domainId) {
      await (await known.get(domainId)).readMetadata();
    },

    async getInfo(domainId): Promise<DomainInfo> {
      const metadata = await (await known.get(domainId)).readMetadata();
      return {
        domainId,
        type: metadata.type,
        class: metadata.class,
        name: metadata.description,
        role: metadata.role,
        poolIds: metadata.poolIds,
        version: metadata.version,
        remotePath: metadata.remotePath,
        blockSizeBytes: metadata.blockSizeBytes,
        alignmentBytes: metadata.alignmentBytes,
        masterVersion: metadata.masterVersion ?? 0,
      };
    },

    async getStats(domainId): Promise<DomainStats> {
      const domain = await known.get(domainId);
      await domain.readMetadata();
      return domain.getStats();
    },

    list: () => known.list(),

    async listImages(domainId): Promise<readonly ImageId[]> {
      const domain = await known.get(domainId);
      await domain.readMetadata();
      return domain.listImages();
    },

    async listVolumes(domainId, imageId): Promise<readonly VolumeId[]> {
      const domain = await known.get(domainId);
      await domain.readMetadata();
      const images = imageId === undefined ? await domain.listImages() : [imageId];
      const volumes = await Promise.all(images.map((image) => domain.listVolumes(image)));
      return [...new Set(volumes.flat())];
    },
  };
}

function requireInPool(pools: Pools, poolId: PoolId, domainId: StorageDomainId): "active" | "attached" {
  const status = pools.get(poolId).domains.get(domainId);
  if (status === undefined)
    throw new StorageError("StorageDomainNotInPool", `domain ${domainId} is not part of pool ${poolId}`);
  return status;
}
