import { normalize } from "node:path/posix";
import { findId, type VolumeId } from "@yagura/std/ids.ts";
import { domainPaths } from "@yagura/storage-format";
import { type Chain, childrenOf, type KnownVolume, standsOn } from "../chain.ts";
import { type Finding, finding, type RecordChange, type Repair } from "../finding.ts";
import type { DomainSnapshot, ImageSnapshot } from "../snapshot.ts";

/** How the volumes of an image stand on each other: by their records, and by what QEMU reads in the images. */
export function checkChain(chain: Chain, image: ImageSnapshot, snapshot: DomainSnapshot): Finding[] {
  const { imageId } = image;
  const change = (volumeId: VolumeId, changed: RecordChange): Repair => ({
    do: "change-record",
    path: domainPaths(snapshot.path).volumeMetadata(imageId, volumeId),
    change: changed,
  });
  const parents = [...chain.known.values()].flatMap((volume) => checkParent(volume, chain, image, change));
  // Of a chain that is not known as a whole nobody can say where it ends.
  const isWhole = chain.unknown.length === 0 && parents.length === 0 && chain.looping.length === 0;
  return [
    ...parents,
    ...checkLoops(chain, image),
    ...(chain.unknown.length === 0 ? checkLeaves(chain, image) : []),
    ...[...chain.known.values()].flatMap((volume) => {
      const role = findTrueRole(volume, chain);
      if (role === undefined || volume.record.role === role) return [];
      const what = `volume ${volume.volumeId} is called ${volume.record.role}, but is ${role}`;
      const repair = isWhole ? { repair: change(volume.volumeId, { role }) } : {};
      return [finding("role-differs", what, { imageId, volumeId: volume.volumeId, ...repair })];
    }),
  ];
}

/** `undefined` where both are right: for volumes that are not to be trusted, and for those on which only such stand. */
function findTrueRole({ volumeId, record }: KnownVolume, chain: Chain): "LEAF" | "INTERNAL" | undefined {
  if (record.role === "SHARED" || isIllegal(record)) return undefined;
  const children = childrenOf(chain, volumeId);
  if (children.length === 0) return "LEAF";
  return children.every((child) => isIllegal(child.record)) ? undefined : "INTERNAL";
}

function isIllegal({ legality }: KnownVolume["record"]): boolean {
  return legality === "ILLEGAL";
}

function checkLoops({ looping }: Chain, { imageId }: ImageSnapshot): Finding[] {
  const [volumeId] = looping;
  if (volumeId === undefined) return [];
  return [finding("chain-loop", `these volumes stand on each other: ${looping.join(", ")}`, { imageId, volumeId })];
}

function checkLeaves({ leaves, known }: Chain, { imageId }: ImageSnapshot): Finding[] {
  const own = leaves.filter((volumeId) => {
    const record = known.get(volumeId)?.record;
    // One that was begun, or that was merged into another, is on its way.
    return record !== undefined && record.imageId === imageId && !isIllegal(record);
  });
  if (own.length < 2) return [];
  return [finding("several-leaves", `the image ${imageId} ends in several volumes: ${own.join(", ")}`, { imageId })];
}

function checkParent(
  volume: KnownVolume,
  chain: Chain,
  { imageId }: ImageSnapshot,
  change: (volumeId: VolumeId, changed: RecordChange) => Repair,
): Finding[] {
  const { volumeId, record, header } = volume;
  const { parentId } = record;
  const where = { imageId, volumeId };
  if (record.format === "RAW") {
    if (parentId === undefined) return [];
    return [finding("raw-with-parent", `the raw volume ${volumeId} is said to stand on ${parentId}`, where)];
  }
  // Without a readable image there is only the record.
  if (header.is !== "there") return checkParentIsThere(volume, chain, where);
  const { backingName } = header.value;
  const backing = backingName === undefined ? undefined : placeOf(backingName, imageId);
  if (backing === "outside") {
    const what = `the image of volume ${volumeId} stands on ${JSON.stringify(backingName)}`;
    return [finding("backing-outside", what, where), ...checkParentIsThere(volume, chain, where)];
  }
  if (backing === parentId) return checkParentIsThere(volume, chain, where);
  const isSure = canStandOn(volume, backing, chain);
  const repair = isSure ? { repair: change(volumeId, { parentId: backing }) } : {};
  if (parentId !== undefined && !isThere(chain, parentId)) {
    const what = `volume ${volumeId} stands on ${parentId}, which is not there; its image stands on ${backing ?? "nothing"}`;
    return [finding("parent-missing", what, { ...where, ...repair })];
  }
  const what = `volume ${volumeId} stands on ${parentId ?? "nothing"} by its record, on ${backing ?? "nothing"} by its image`;
  // With a parent that is there somebody may have meant it: only a record that names none is surely wrong.
  return [finding("parent-differs", what, { ...where, ...(parentId === undefined && repair) })];
}

function checkParentIsThere(
  { volumeId, record }: KnownVolume,
  chain: Chain,
  where: { readonly imageId: ImageSnapshot["imageId"]; readonly volumeId: VolumeId },
): Finding[] {
  const { parentId } = record;
  if (parentId === undefined || isThere(chain, parentId)) return [];
  return [finding("parent-missing", `volume ${volumeId} stands on ${parentId}, which is not there`, where)];
}

function isThere({ known, unknown }: Chain, volumeId: VolumeId): boolean {
  return known.has(volumeId) || unknown.includes(volumeId);
}

/** The volume that an image names below itself: in its own directory, or "outside". */
function placeOf(backingName: string, imageId: string): VolumeId | "outside" {
  // vdsm of old wrote ../IMAGE/VOLUME.
  const path = normalize(`/${imageId}/${backingName}`);
  const name = path.startsWith(`/${imageId}/`) ? path.slice(imageId.length + 2) : undefined;
  if (backingName.startsWith("/") || name === undefined) return "outside";
  return findId<VolumeId>(name) ?? "outside";
}

/** Whether a record may be corrected to what the image itself says: the volume below is known, whole, and makes no loop. */
function canStandOn(volume: KnownVolume, backing: VolumeId | undefined, { known }: Chain): backing is VolumeId {
  const parent = backing === undefined ? undefined : known.get(backing);
  if (backing === undefined || parent === undefined || backing === volume.volumeId) return false;
  return (
    parent.record.legality === "LEGAL" && parent.content?.kind === "file" && !standsOn(known, backing, volume.volumeId)
  );
}
