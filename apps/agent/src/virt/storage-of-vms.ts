import type { Storage } from "../storage/storage.ts";
import type { DiskImages } from "./virt-context.ts";

/** The storage as VMs use it. */
export function imagesOf({ images, domains }: Pick<Storage, "images" | "domains">): DiskImages {
  return {
    async prepare(volume, { isReadOnly }) {
      const { kind, path, chain } = await images.prepare(volume, { isToBeWritten: !isReadOnly });
      const { type } = await domains.getInfo(volume.domainId);
      return { kind, path, chainPaths: chain.map((one) => one.path).toReversed(), isShared: type !== "LOCALFS" };
    },
    teardown: ({ domainId, imageId }) => images.teardown(domainId, imageId),
    setCapacity: () => Promise.reject(new Error("the record of a volume cannot be changed yet")),
  };
}
