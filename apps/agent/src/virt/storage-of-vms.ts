import type { Storage } from "../storage/storage.ts";
import type { StorageHealth } from "./storage-health.ts";
import type { DiskImages } from "./virt-context.ts";

/** sanlock's default. */
const IO_TIMEOUT_SECONDS = 10;

/** The storage as VMs use it. */
export function imagesOf({ images, domains, volumes }: Pick<Storage, "images" | "domains" | "volumes">): DiskImages {
  return {
    async prepare(volume, { isReadOnly }) {
      const { kind, path, chain } = await images.prepare(volume, { isToBeWritten: !isReadOnly });
      const { type } = await domains.getInfo(volume.domainId);
      return { kind, path, chainPaths: chain.map((one) => one.path).toReversed(), isShared: type !== "LOCALFS" };
    },
    teardown: ({ domainId, imageId }) => images.teardown(domainId, imageId),
    setCapacity: (volume, capacityBytes) => volumes.setCapacity(volume, capacityBytes),
  };
}

/** What its watch of the domains says, for the VMs that wait for them. */
export function healthOf(storage: Pick<Storage, "vitals" | "domains" | "onDomainChange">): StorageHealth {
  return {
    find(domainId) {
      const vitals = storage.vitals().get(domainId);
      if (vitals?.isActual !== true) return undefined;
      const { isValid, lastCheckSeconds, ioTimeoutSeconds = IO_TIMEOUT_SECONDS } = vitals;
      return { isValid, lookedAgoMs: lastCheckSeconds * 1000, ioTimeoutMs: ioTimeoutSeconds * 1000 };
    },
    onDomainChange: (listener) => storage.onDomainChange(listener),
    readFreeBytes: async (domainId) => (await storage.domains.getStats(domainId)).freeBytes,
  };
}
