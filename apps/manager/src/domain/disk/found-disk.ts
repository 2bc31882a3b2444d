import { blankUuid, type DiskId, findId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import type { Disk, Volume, VolumeFormat } from "./disk.ts";

/** A volume as the storage describes it. */
export interface FoundVolume {
  readonly uuid: string;
  /** The image to which it belongs: that of a template, where it is only linked. */
  readonly image: string;
  readonly parent: string;
  readonly format: string;
  readonly allocType?: string | undefined;
  readonly capacity: string;
  readonly truesize?: string | undefined;
  readonly voltype: string;
  readonly legality: string;
  readonly description?: string | undefined;
  readonly disktype?: string | undefined;
  readonly ctime?: string | undefined;
}

/** A disk that is on a storage domain, and of which the Manager may know nothing. */
export interface FoundDisk {
  readonly disk: Omit<Disk, "vmIds" | "templateIds" | "volumeId">;
  /** Its own volumes, the lowest first. */
  readonly volumes: readonly Volume[];
  /** Its volume is that of a template: disks of VMs may stand on it, and nobody writes to it. */
  readonly isOfTemplate: boolean;
  /** Why it cannot be used as it is. */
  readonly problem?: string;
}

/** What volumes hold that are disks of VMs; all others are the platform's own. "2" is how oVirt once wrote DATA. */
const diskTypes: readonly string[] = ["DATA", "ISOF", "2"];

/**
 * The disk that an image is; `undefined` for what is none: OVF stores, memory of VMs, what is empty. Pure.
 * @param found all volumes that are in the image, in any order
 */
export function describeFoundDisk(
  imageId: string,
  storageDomainId: StorageDomainId,
  found: readonly FoundVolume[],
): FoundDisk | undefined {
  const id = findId<DiskId>(imageId);
  const own = found.filter(({ image }) => image === imageId);
  const chain = orderChain(own);
  const leaf = (chain ?? own).at(-1);
  if (id === undefined || leaf === undefined) return undefined;
  if (!own.every(({ disktype = "DATA" }) => diskTypes.includes(disktype))) return undefined;
  const isOfTemplate = own.some(({ voltype }) => voltype === "SHARED");
  const createdAtMs = Number(leaf.ctime ?? 0) * 1000;
  const volumes = (chain ?? own).map((volume) => toVolume(volume, { id, storageDomainId, leaf, found }));
  const isLegal = own.every(({ legality }) => legality === "LEGAL");
  const problem =
    chain === undefined
      ? "its volumes do not make one chain"
      : isLegal
        ? undefined
        : "it is illegal: what changed it was interrupted";
  return {
    disk: {
      id,
      ...readDescription(leaf.description, id),
      storageDomainId,
      capacityBytes: Number(leaf.capacity),
      actualBytes: volumes.reduce((sum, { actualBytes }) => sum + actualBytes, 0),
      format: formatOf(leaf),
      isSparse: leaf.allocType !== "PREALLOCATED",
      status: problem === undefined ? "ok" : "illegal",
      isShareable: false,
      wipeAfterDelete: false,
      propagateErrors: false,
      backup: "none",
      contentType: leaf.disktype === "ISOF" ? "iso" : "data",
      createdAtMs,
    },
    volumes,
    isOfTemplate,
    ...(problem !== undefined && { problem }),
  };
}

/** From the lowest to the leaf; `undefined` when they are not one chain. */
function orderChain(own: readonly FoundVolume[]): FoundVolume[] | undefined {
  const ids = new Set(own.map(({ uuid }) => uuid));
  const roots = own.filter(({ parent }) => !ids.has(parent));
  let [next] = roots;
  if (roots.length !== 1) return undefined;
  const chain: FoundVolume[] = [];
  while (next !== undefined) {
    const current: FoundVolume = next;
    chain.push(current);
    const children: FoundVolume[] = own.filter(({ parent }) => parent === current.uuid);
    if (children.length > 1) return undefined;
    [next] = children;
  }
  return chain.length === own.length ? chain : undefined;
}

function toVolume(
  volume: FoundVolume,
  {
    id,
    storageDomainId,
    leaf,
    found,
  }: {
    readonly id: DiskId;
    readonly storageDomainId: StorageDomainId;
    readonly leaf: FoundVolume;
    readonly found: readonly FoundVolume[];
  },
): Volume {
  const parent = volume.parent === blankUuid ? undefined : findId<VolumeId>(volume.parent);
  const below = found.find(({ uuid }) => uuid === volume.parent);
  return {
    id: findId<VolumeId>(volume.uuid) ?? (volume.uuid as VolumeId),
    diskId: id,
    storageDomainId,
    ...(parent !== undefined && { parentId: parent, parentDiskId: findId<DiskId>(below?.image ?? "") ?? id }),
    format: formatOf(volume),
    isSparse: volume.allocType !== "PREALLOCATED",
    capacityBytes: Number(volume.capacity),
    actualBytes: Number(volume.truesize ?? 0),
    isLeaf: volume === leaf,
    createdAtMs: Number(volume.ctime ?? 0) * 1000,
  };
}

function formatOf({ format }: FoundVolume): VolumeFormat {
  return format === "COW" ? "cow" : "raw";
}

const NAME_LENGTH_MAX = 255;

/** oVirt writes the disk's name beside the volume, as JSON; older versions, and others, write what they like. */
function readDescription(
  text: string | undefined,
  id: DiskId,
): { readonly name: string; readonly description: string } {
  try {
    const parsed: unknown = JSON.parse(text ?? "");
    if (typeof parsed === "object" && parsed !== null) {
      const { DiskAlias: alias, DiskDescription: description } = parsed as Record<string, unknown>;
      return {
        name: typeof alias === "string" && alias.trim() !== "" ? alias.slice(0, NAME_LENGTH_MAX) : id,
        description: typeof description === "string" ? description : "",
      };
    }
  } catch {
    // Not JSON: what is written there is told as it is.
  }
  return { name: id, description: text ?? "" };
}
