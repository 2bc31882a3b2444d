/**
 * The third of three parts of a merge without a guest: nobody stands on the top any more, which is then deleted. From the mark
 * ILLEGAL on the top no guest starts on the old chain, and the way leads forward only: each further step may be repeated.
 */
import type { VolumeId } from "@yagura/std/ids.ts";
import type { VolumeMetadata } from "@yagura/storage-format";
import type { Subchain } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { FinalizeMergeIntent, Settled } from "../tasks/intent.ts";
import type { RunningTask } from "../tasks/task.ts";
import { readMergeable } from "./mergeable.ts";
import { childrenOf } from "./volume-chain.ts";
import { imageFile } from "./volume-content.ts";
import { changeRecord } from "./volume-record.ts";
import { getVolume, qemuFormat, readVolumes, requireUnused, type VolumeWorld } from "./volume-world.ts";

export async function finalizeMerge(
  domain: StorageDomain,
  subchain: Subchain,
  world: VolumeWorld,
  { intend, signal }: RunningTask,
): Promise<void> {
  const { domainId, imageId, baseId, topId } = subchain;
  await requireUnused(world, domain, imageId);
  await readMergeable(domain, subchain);
  const intent = { kind: "finalize-merge", domainId, imageId, baseId, topId } as const;
  await intend(intent);
  const top = { domainId, imageId, volumeId: topId };
  await changeRecord(domain, top, world, (metadata) => ({ ...metadata, legality: "ILLEGAL" }));
  await moveChildren(domain, intent, world, signal);
}

/** What stands on the top is put on the base: first as QEMU sees it, then as the record says it. */
async function moveChildren(
  domain: StorageDomain,
  { domainId, imageId, baseId, topId }: FinalizeMergeIntent,
  world: VolumeWorld,
  signal: AbortSignal,
): Promise<void> {
  const base = await getVolume(domain, { domainId, imageId, volumeId: baseId });
  const backing = { name: baseId, format: qemuFormat(base.format) };
  for (const volumeId of childrenOf(await readVolumes(domain, imageId), topId)) {
    const child = { domainId, imageId, volumeId };
    await world.leases.hold([{ domain, key: child }], async () => {
      const metadata = await getVolume(domain, child);
      await rebase(domain, { child, metadata, backing }, world, signal);
      await domain.writeVolume(imageId, volumeId, { ...metadata, parentId: baseId });
    });
  }
}

async function rebase(
  domain: StorageDomain,
  options: {
    readonly child: { readonly imageId: Subchain["imageId"]; readonly volumeId: VolumeId };
    readonly metadata: VolumeMetadata;
    readonly backing: { readonly name: string; readonly format: "raw" | "qcow2" };
  },
  { qemuImg }: VolumeWorld,
  signal: AbortSignal,
): Promise<void> {
  const { child, metadata, backing } = options;
  try {
    await qemuImg.rebase({ ...(await imageFile(domain, child, metadata)), backing }, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new StorageError("MergeSnapshotsError", `cannot put volume ${child.volumeId} on ${backing.name}`, { cause });
  }
}

/** Goes on where the top was marked; before that nothing had happened. */
export async function settleMerge(
  domain: StorageDomain,
  intent: FinalizeMergeIntent,
  world: VolumeWorld,
  signal: AbortSignal,
): Promise<Settled> {
  const top = await domain.findVolume(intent.imageId, intent.topId);
  if (top === undefined) return "completed";
  if (top.legality === "LEGAL") return "undone";
  await moveChildren(domain, intent, world, signal);
  return "completed";
}
