import type { Subchain } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import type { RunningTask } from "../tasks/task.ts";
import { growFile } from "./extend-volume.ts";
import { readMergeable } from "./mergeable.ts";
import { requireGeneration } from "./volume-record.ts";
import { requireUnused, type VolumeWorld } from "./volume-world.ts";

/** The first of three parts of a merge without a guest: the base becomes as large as what is merged into it. */
export async function prepareMerge(
  domain: StorageDomain,
  subchain: Subchain,
  world: VolumeWorld,
  { intend, signal }: RunningTask,
): Promise<void> {
  const { domainId, imageId, baseId, baseGeneration } = subchain;
  await requireUnused(world, domain, imageId);
  const key = { domainId, imageId, volumeId: baseId };
  await world.leases.hold([{ domain, key }], async () => {
    const { base, top } = await readMergeable(domain, subchain);
    requireGeneration(key, base, baseGeneration);
    const { capacityBytes } = top;
    if (capacityBytes <= base.capacityBytes) return;
    const file = await world.files.find(domain.paths.volume(imageId, baseId));
    const growth = { ...key, capacityBytes, fileBytes: file?.sizeBytes ?? 0 };
    await intend({ kind: "extend-volume", ...growth });
    await growFile(domain, growth, world, signal);
    signal.throwIfAborted();
    await domain.writeVolume(imageId, baseId, { ...base, capacityBytes });
  });
}
