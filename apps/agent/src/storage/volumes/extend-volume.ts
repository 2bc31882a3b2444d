/**
 * Makes volumes larger. The capacity in the record is the last thing written: until it says so, the volume has its old size
 * for everybody, whatever its file looks like, and a growth that did not end is taken back.
 *
 * The bytes of a raw volume may grow below a guest, which does not look at them before it is told. Those of a qcow2 volume
 * must not: a guest of this host is known here, one of another host to the Manager (`requireUnused` says why), and QEMU's lock
 * on the file is the second net.
 */

import type { VolumeExtension, VolumeKey } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { ExtendVolumeIntent, Settled } from "../tasks/intent.ts";
import type { RunningTask } from "../tasks/task.ts";
import { readTraits } from "./domain-traits.ts";
import { planExtension } from "./plan-extension.ts";
import { childrenOf } from "./volume-chain.ts";
import { imageFile } from "./volume-content.ts";
import { getVolume, qemuFormat, readVolumes, type VolumeWorld } from "./volume-world.ts";

/** How large the volume would be made now; throws when it cannot grow. */
export async function readExtension(
  domain: StorageDomain,
  { capacityBytes, ...key }: VolumeExtension,
  { prepared }: VolumeWorld,
): Promise<number | undefined> {
  return planExtension({
    metadata: await getVolume(domain, key),
    hasChildren: childrenOf(await readVolumes(domain, key.imageId), key.volumeId).length > 0,
    isInUse: await prepared.has(key.domainId, key.imageId),
    wantedBytes: capacityBytes,
  });
}

export async function extendVolume(
  domain: StorageDomain,
  extension: VolumeExtension,
  world: VolumeWorld,
  { intend, signal }: RunningTask,
): Promise<void> {
  const { domainId, imageId, volumeId } = extension;
  await world.leases.hold([{ domain, key: extension }], async () => {
    const capacityBytes = await readExtension(domain, extension, world);
    if (capacityBytes === undefined) return;
    const fileBytes = await lengthOf(domain, extension, world);
    await intend({ kind: "extend-volume", domainId, imageId, volumeId, capacityBytes, fileBytes });
    await growFile(domain, { domainId, imageId, volumeId, capacityBytes, fileBytes }, world, signal);
    signal.throwIfAborted();
    const metadata = await getVolume(domain, extension);
    await domain.writeVolume(imageId, volumeId, { ...metadata, capacityBytes });
  });
}

type Growth = Omit<ExtendVolumeIntent, "kind">;

/** The file alone, not the record. @throws StorageError 206 */
export async function growFile(
  domain: StorageDomain,
  { capacityBytes, fileBytes, ...key }: Growth,
  world: VolumeWorld,
  signal: AbortSignal,
): Promise<void> {
  const { files, qemuImg, blocks } = world;
  const metadata = await getVolume(domain, key);
  const path = domain.paths.volume(key.imageId, key.volumeId);
  try {
    if (metadata.format === "COW") {
      await qemuImg.resize({ ...(await imageFile(domain, key, metadata)), sizeBytes: capacityBytes }, signal);
    } else if (metadata.allocation === "PREALLOCATED" && fileBytes < capacityBytes) {
      const range = { path, fromBytes: fileBytes, toBytes: capacityBytes };
      const { isShared: isDirect } = await readTraits(domain);
      if (!(await blocks.allocate(range, { signal }))) await blocks.zero({ ...range, isDirect }, { signal });
    } else if (fileBytes < capacityBytes) {
      await blocks.setLength(path, capacityBytes, signal);
    }
    await files.adopt(path, "volume");
  } catch (cause) {
    signal.throwIfAborted();
    throw new StorageError("VolumeExtendingError", `cannot make volume ${key.volumeId} larger`, { cause });
  }
}

/** Takes back what was not finished; what the record says already, or QEMU's own header, is done. May run any number of times. */
export async function settleExtension(
  domain: StorageDomain,
  { capacityBytes, fileBytes, ...key }: ExtendVolumeIntent,
  world: VolumeWorld,
  signal: AbortSignal,
): Promise<Settled> {
  const { imageId, volumeId } = key;
  if ((await domain.findVolume(imageId, volumeId)) === undefined) return "undone";
  return world.leases.hold([{ domain, key }], async () => {
    const metadata = await getVolume(domain, key);
    if (metadata.capacityBytes >= capacityBytes) return "completed";
    const path = domain.paths.volume(imageId, volumeId);
    if (metadata.format === "COW") {
      const { virtualBytes } = await world.qemuImg.info(path, qemuFormat(metadata.format), signal);
      if (virtualBytes >= capacityBytes) {
        await domain.writeVolume(imageId, volumeId, { ...metadata, capacityBytes: virtualBytes });
        return "completed";
      }
      if (!(await world.prepared.has(key.domainId, imageId))) {
        await world.qemuImg.repairLeaks(await imageFile(domain, key, metadata), signal);
      }
    } else if ((await lengthOf(domain, key, world)) > fileBytes) {
      // Nobody was told of the new size: there is nothing behind the old one.
      await world.blocks.setLength(path, fileBytes, signal);
      await world.files.adopt(path, "volume");
    }
    return "undone";
  });
}

/** Takes over into the record what a guest of this host, which has the volume open, was given. It never becomes less. */
export async function setCapacity(
  domain: StorageDomain,
  { capacityBytes, ...key }: VolumeExtension,
  { leases }: VolumeWorld,
): Promise<void> {
  if (!Number.isSafeInteger(capacityBytes) || capacityBytes <= 0) {
    throw new StorageError("InvalidParameter", `a capacity of ${capacityBytes} bytes`);
  }
  await leases.hold([{ domain, key }], async () => {
    const metadata = await getVolume(domain, key);
    if (metadata.capacityBytes >= capacityBytes) return;
    await domain.writeVolume(key.imageId, key.volumeId, { ...metadata, capacityBytes });
  });
}

async function lengthOf(
  { paths }: StorageDomain,
  { imageId, volumeId }: VolumeKey,
  { files }: VolumeWorld,
): Promise<number> {
  const found = await files.find(paths.volume(imageId, volumeId));
  if (found?.kind === "file") return found.sizeBytes;
  throw new StorageError("VolumeDoesNotExist", `the file of volume ${volumeId} of image ${imageId} is missing`);
}
