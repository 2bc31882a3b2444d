import type { VolumeId } from "@yagura/std/ids.ts";
import { KiB } from "@yagura/std/units.ts";
import type { VolumeMetadata } from "@yagura/storage-format";
import type { NewVolume } from "../contract/volumes.ts";
import { StorageError } from "../errors.ts";
import { chainOf, type Volumes } from "./volume-chain.ts";

const CAPACITY_UNIT_BYTES = 4 * KiB;

/** Everything that decides whether and how a volume is made. */
export interface NewVolumeView {
  /** What is in the image's directory now. */
  readonly volumes: Volumes;
  /** What is in the directory of the template, when the parent is one. */
  readonly templateVolumes?: Volumes;
  readonly nowSeconds: number;
}

export interface NewVolumePlan {
  readonly metadata: VolumeMetadata;
  /** The parent's volumes to be linked into the image's directory: all of its chain, the base first. */
  readonly links: readonly VolumeId[];
  readonly parent?: { readonly volumeId: VolumeId; readonly metadata: VolumeMetadata };
  /** The parent that is no leaf any more. */
  readonly demotedParentId?: VolumeId;
}

/** @throws StorageError saying why the volume cannot be made */
export function planNewVolume(volume: NewVolume, view: NewVolumeView): NewVolumePlan {
  const { imageId, volumeId, domainId } = volume;
  if (view.volumes.has(volumeId)) {
    throw new StorageError("VolumeAlreadyExists", `volume ${volumeId} exists already in image ${imageId}`);
  }
  if (!Number.isSafeInteger(volume.capacityBytes) || volume.capacityBytes <= 0) {
    throw new StorageError("InvalidParameter", `a capacity of ${volume.capacityBytes} bytes`);
  }
  const parent = findParent(volume, view);
  const capacityBytes = Math.ceil(volume.capacityBytes / CAPACITY_UNIT_BYTES) * CAPACITY_UNIT_BYTES;
  if (parent !== undefined) checkOnParent(volume, parent.metadata, capacityBytes);
  const isSnapshot = parent !== undefined && volume.parent?.imageId === imageId;
  const metadata: VolumeMetadata = {
    domainId,
    imageId,
    ...(parent !== undefined && { parentId: parent.volumeId }),
    capacityBytes,
    format: volume.format,
    allocation: volume.allocation,
    role: "LEAF",
    legality: volume.isLegal === false ? "ILLEGAL" : "LEGAL",
    diskType: volume.diskType,
    description: volume.description,
    createdSeconds: view.nowSeconds,
    generation: 0,
    sequence: volume.sequence ?? nextSequence(view.volumes),
    foreign: new Map(),
  };
  return {
    metadata,
    links: parent === undefined || isSnapshot ? [] : linksOf(parent.volumeId, view),
    ...(parent !== undefined && { parent }),
    ...(isSnapshot && parent.metadata.role === "LEAF" && { demotedParentId: parent.volumeId }),
  };
}

function findParent({ parent, imageId }: NewVolume, view: NewVolumeView): NewVolumePlan["parent"] {
  if (parent === undefined) return undefined;
  const volumes = parent.imageId === imageId ? view.volumes : view.templateVolumes;
  const metadata = volumes?.get(parent.volumeId);
  if (metadata === undefined) {
    throw new StorageError(
      "VolumeDoesNotExist",
      `there is no volume ${parent.volumeId} in image ${parent.imageId} to stand on`,
    );
  }
  return { volumeId: parent.volumeId, metadata };
}

function checkOnParent(volume: NewVolume, parent: VolumeMetadata, capacityBytes: number): void {
  const { volumeId } = volume;
  if (parent.legality !== "LEGAL") {
    throw new StorageError("CannotSnapshotIllegalVolume", `volume ${volumeId} would stand on an illegal one`);
  }
  if (volume.parent?.imageId !== volume.imageId && parent.role !== "SHARED") {
    throw new StorageError(
      "VolumeNonShareable",
      `volume ${volumeId} would stand on one of another image that is no template`,
    );
  }
  if (volume.format !== "COW") {
    throw new StorageError("IncorrectFormat", `volume ${volumeId} has a parent and must be COW`);
  }
  if (volume.allocation !== "SPARSE") {
    throw new StorageError("IncorrectFormat", `volume ${volumeId} has a parent and must be sparse`);
  }
  if (capacityBytes < parent.capacityBytes) {
    throw new StorageError("CannotCreateVolumeSize", `volume ${volumeId} would be smaller than its parent`);
  }
}

function linksOf(parentId: VolumeId, { volumes, templateVolumes = new Map() }: NewVolumeView): readonly VolumeId[] {
  const chain = chainOf(templateVolumes, parentId);
  if ("broken" in chain) {
    throw new StorageError(
      "ImageIsNotLegalChain",
      `the chain of template volume ${parentId} is broken at ${chain.volumeId}`,
    );
  }
  return chain.volumes.map(([id]) => id).filter((id) => !volumes.has(id));
}

function nextSequence(volumes: Volumes): number {
  return Math.max(0, ...[...volumes.values()].map(({ sequence }) => sequence)) + 1;
}
