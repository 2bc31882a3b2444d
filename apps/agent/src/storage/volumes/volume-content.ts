/** The bytes of volumes. Nobody else touches a volume while they are changed: its record says ILLEGAL, or its lease is held. */
import type { VolumeMetadata } from "@yagura/storage-format";
import type { VolumeKey } from "../contract/volumes.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import type { Backing, Conversion, ImageFile, Watched } from "../tools/qemu-img.ts";
import { readTraits } from "./domain-traits.ts";
import { planWipe } from "./plan-wipe.ts";
import { qemuFormat, type VolumeWorld } from "./volume-world.ts";

export interface VolumeContent {
  readonly metadata: VolumeMetadata;
  /** What it stands on. */
  readonly parent?: Pick<VolumeMetadata, "format">;
}

/** Makes the file, as large as it is to be, without a content. There must be none. */
export async function createContent(
  domain: StorageDomain,
  { imageId, volumeId }: Omit<VolumeKey, "domainId">,
  { metadata, parent }: VolumeContent,
  { files, qemuImg, blocks }: VolumeWorld,
  watched: Watched,
): Promise<void> {
  const path = domain.paths.volume(imageId, volumeId);
  const { isShared, qcow2Compat } = await readTraits(domain);
  const { capacityBytes } = metadata;
  const isPreallocated = metadata.allocation === "PREALLOCATED";
  if (metadata.format === "RAW") {
    await files.createSparse(path, capacityBytes);
    if (!isPreallocated) return;
    const range = { path, fromBytes: 0, toBytes: capacityBytes };
    if (!(await blocks.allocate(range, watched))) await blocks.zero({ ...range, isDirect: isShared }, watched);
  } else {
    // What this leaves in the page cache belongs to a new file, which whoever settles for us takes away with its name.
    const backing = backingOf(metadata, parent);
    await qemuImg.create(
      {
        path,
        format: "qcow2",
        sizeBytes: capacityBytes,
        isPreallocated,
        compat: qcow2Compat,
        ...(backing !== undefined && { backing }),
      },
      watched.signal,
    );
  }
  await files.adopt(path, "volume");
}

/**
 * Copies what a guest would see of the source, or, into a volume that stands on another, its topmost layer. The target is
 * there, and as large at least.
 */
export async function copyContent(
  source: { readonly domain: StorageDomain; readonly key: VolumeKey; readonly format: VolumeMetadata["format"] },
  target: { readonly domain: StorageDomain; readonly key: VolumeKey; readonly content: VolumeContent },
  { holds }: { readonly holds: Conversion["target"] },
  { qemuImg, files }: VolumeWorld,
  watched: Watched,
): Promise<void> {
  const { metadata, parent } = target.content;
  const backing = backingOf(metadata, parent);
  const to = await imageFile(target.domain, target.key, metadata);
  await qemuImg.convert(
    {
      from: await imageFile(source.domain, source.key, source),
      to: { ...to, ...(backing !== undefined && { backing }) },
      target: holds,
      capacityBytes: metadata.capacityBytes,
    },
    watched,
  );
  await files.adopt(to.path, "volume");
}

/** Overwrites all data of a file with zeroes. One with a second name is a template's, and others stand on its bytes. */
export async function wipeContent(
  domain: StorageDomain,
  path: string,
  { files, blocks }: VolumeWorld,
  watched: Watched,
): Promise<void> {
  const found = await files.find(path);
  if (found?.kind !== "file" || found.names !== 1) return;
  const { isShared } = await readTraits(domain);
  for (const range of planWipe(await blocks.listData(path, watched.signal))) {
    await blocks.zero({ ...range, path, isDirect: isShared }, watched);
  }
}

export async function imageFile(
  domain: StorageDomain,
  { imageId, volumeId }: Omit<VolumeKey, "domainId">,
  { format }: Pick<VolumeMetadata, "format">,
): Promise<ImageFile> {
  const { isShared } = await readTraits(domain);
  return { path: domain.paths.volume(imageId, volumeId), format: qemuFormat(format), isDirect: isShared };
}

export function backingOf(
  { parentId }: Pick<VolumeMetadata, "parentId">,
  parent: Pick<VolumeMetadata, "format"> | undefined,
): Backing | undefined {
  if (parentId === undefined || parent === undefined) return undefined;
  return { name: parentId, format: qemuFormat(parent.format) };
}
