import type { ImageId, VolumeId } from "@yagura/std/ids.ts";
import { isDomainDescription } from "@yagura/storage-format";
import type { DomainInfo, DomainStats, NewDomain, StorageDomains } from "../contract/domains.ts";
import { StorageError } from "../errors.ts";
import type { HostIds } from "../leases/host-ids.ts";
import { requireSpm } from "../pool/connected-pool.ts";
import {
  activateDomain,
  attachDomain,
  type DomainUseWorld,
  deactivateDomain,
  detachDomain,
} from "./change-domain-use.ts";
import { createFileDomain } from "./create-file-domain.ts";
import { formatDomain } from "./format-domain.ts";
import { listDomains } from "./list-domains.ts";
import type { LeaseWriter } from "./write-domain-leases.ts";

interface DomainsWorld extends DomainUseWorld {
  readonly repositoryPath: string;
  readonly sanlock: LeaseWriter;
  readonly hostIds: Pick<HostIds, "leave">;
}

/** What can be done with domains as a whole. */
export function openDomains(world: DomainsWorld): StorageDomains {
  const { files, known, pools } = world;
  return {
    create: (domain: NewDomain) => createFileDomain(domain, world),
    format: (domainId) => formatDomain(world, domainId),
    attach: (domainId, poolId, epoch) => attachDomain(world, { domainId, poolId, epoch }),
    detach: (domainId, poolId, options) => detachDomain(world, { domainId, poolId, ...options }),
    activate: (domainId, poolId, epoch) => activateDomain(world, { domainId, poolId, epoch }),
    deactivate: (domainId, poolId, epoch) => deactivateDomain(world, { domainId, poolId, epoch }),

    async setDescription(domainId, description, epoch) {
      if (!isDomainDescription(description)) {
        throw new StorageError(
          "StorageDomainDescriptionTooLong",
          `not a name for a domain: ${JSON.stringify(description.slice(0, 100))}`,
        );
      }
      const { poolIds } = await (await known.get(domainId)).readMetadata();
      const [term] = poolIds.map((poolId) => requireSpm(pools.get(poolId), epoch));
      const domain = await known.through(term?.guard(files) ?? files).get(domainId);
      await domain.writeMetadata({ ...(await domain.readMetadata()), description });
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

    list: (filter) => listDomains(world, filter),

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
