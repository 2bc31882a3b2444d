import { findId, type VolumeId } from "@yagura/std/ids.ts";
import { domainPaths } from "@yagura/storage-format";
import { type Chain, readChain } from "../chain.ts";
import { type Finding, finding } from "../finding.ts";
import type { DomainSnapshot, ImageSnapshot } from "../snapshot.ts";
import { checkChain } from "./check-chain.ts";
import { explainOther } from "./check-leftovers.ts";
import { checkTemplateLinks } from "./check-template-links.ts";
import { checkContent, checkVolumeFiles } from "./check-volume.ts";

/** One image: its files, its volumes, and how they stand on each other. */
export function checkImage(image: ImageSnapshot, snapshot: DomainSnapshot): Finding[] {
  const directory = domainPaths(snapshot.path).image(image.imageId);
  const chain = readChain(image);
  return [
    ...checkWhetherEmpty(image, chain, directory),
    ...image.others.map((file) => ({
      ...whose(file.name, image),
      ...explainOther(file, { directory, isSpare: hasRecord(file.name, chain) }),
    })),
    ...image.volumes.flatMap((volume) => checkVolumeFiles(volume, image, snapshot)),
    ...[...chain.known.values()].flatMap((volume) => checkContent(volume, image)),
    ...checkChain(chain, image, snapshot),
    ...checkTemplateLinks(chain, image, snapshot),
  ];
}

/** Whether the record that a `.new` should have replaced can be read: else the `.new` may be the only one. */
function hasRecord(name: string, { known }: Chain): boolean {
  // Of a lease nothing is lost.
  if (name.endsWith(".lease.new")) return true;
  const volumeId = volumeOf(name);
  return volumeId !== undefined && known.has(volumeId);
}

function whose(name: string, { imageId }: ImageSnapshot): Pick<Finding, "imageId" | "volumeId"> {
  const volumeId = volumeOf(name);
  return { imageId, ...(volumeId !== undefined && { volumeId }) };
}

function volumeOf(name: string): VolumeId | undefined {
  return findId<VolumeId>(name.replace(/\.(meta|lease)\.new$/, ""));
}

function checkWhetherEmpty({ imageId, volumes, others }: ImageSnapshot, chain: Chain, directory: string): Finding[] {
  if (volumes.length === 0) {
    const repair = { do: "remove", path: directory, is: "empty directory" } as const;
    return [
      finding("empty-image", `the image ${imageId} has no volume`, { imageId, ...(others.length === 0 && { repair }) }),
    ];
  }
  const isForeign =
    chain.unknown.length === 0 && ![...chain.known.values()].some(({ record }) => record.imageId === imageId);
  if (!isForeign) return [];
  return [finding("image-without-own-volume", `the image ${imageId} has no volume of its own`, { imageId })];
}
