import type { VolumeVersion } from "../contract/jobs.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import type { Watched } from "../tools/qemu-img.ts";
import { readTraits } from "../volumes/domain-traits.ts";
import { imageFile } from "../volumes/volume-content.ts";
import { operateOnVolume } from "../volumes/volume-record.ts";
import { getVolume, requireUnused, type VolumeWorld } from "../volumes/volume-world.ts";

/** Gives a qcow2 volume another version of the format. Its content stays what it is, so it stays legal. */
export async function amendVolume(
  domain: StorageDomain,
  { generation, compat, ...key }: VolumeVersion & { readonly compat: "0.10" | "1.1" },
  world: VolumeWorld,
  { signal }: Watched,
): Promise<void> {
  const { format, role } = await getVolume(domain, key);
  if (format !== "COW") throw new StorageError("IncorrectFormat", `volume ${key.volumeId} is not COW`);
  if (role === "SHARED") throw new StorageError("SharedVolumeNonWritable", `volume ${key.volumeId} is a template's`);
  if (compat === "1.1" && (await readTraits(domain)).qcow2Compat !== "1.1") {
    throw new StorageError("InvalidParameter", `qcow2 ${compat} is not for domain ${domain.domainId} of this version`);
  }
  await requireUnused(world, domain, key.imageId);
  await operateOnVolume(domain, { key, generation, isUnsafe: false }, world, async (metadata) => {
    await world.qemuImg.amend({ ...(await imageFile(domain, key, metadata)), compat }, signal);
    return undefined;
  });
}
