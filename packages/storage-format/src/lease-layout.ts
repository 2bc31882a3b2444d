/**
 * Where sanlock's lockspace and leases lie in a domain. vdsm fd4b0df lib/vdsm/storage/{sd,clusterlock,fileVolume,constants}.py
 *
 * ```
 * dom_md/ids                     the lockspace of the domain, at 0; its name is the domain's id
 * dom_md/leases                  0: unused   1: SDM, the SPM's lease   …            in units of the alignment
 * dom_md/xleases                 0: unused   1: index   2: unused   3 …: leases of guests and others
 * images/IMAGE/VOLUME.lease      the lease of one volume, at 0; its name is the volume's id
 * ```
 */
import { assert } from "@yagura/std/assert.ts";

/** How large the units are, and so how many hosts fit into each: the domain's BLOCK_SIZE and ALIGNMENT. */
export interface LeaseGeometry {
  readonly sectorBytes: 512 | 4096;
  readonly alignmentBytes: number;
}

const MiB = 1024 * 1024;

/** The host ids that there is room for, 1 to this one, from the smallest alignment up. */
const hostIdsMax = {
  512: [[MiB, 2000]],
  4096: [
    [MiB, 250],
    [2 * MiB, 500],
    [4 * MiB, 1000],
    [8 * MiB, 2000],
  ],
} as const;

/** oVirt gives no larger one. */
export const HOST_ID_MAX = 250;
/** Of the SPM; its version is the epoch in which the SPM acts. */
export const SDM_LEASE_NAME = "SDM";
/** The lease of a volume on a file domain lies at the beginning of its own file. */
export const VOLUME_LEASE_OFFSET = 0;
/** The lockspace lies at the beginning of `ids`. */
export const LOCKSPACE_OFFSET = 0;
const SDM_SLOT = 1;
const INDEX_SLOT = 1;
const FIRST_EXTERNAL_SLOT = 3;

/** The geometry that a domain's metadata names; `undefined` when sanlock has no such. */
export function findLeaseGeometry(sectorBytes: number, alignmentBytes: number): LeaseGeometry | undefined {
  if (sectorBytes !== 512 && sectorBytes !== 4096) return undefined;
  const exists = hostIdsMax[sectorBytes].some(([alignment]) => alignment === alignmentBytes);
  return exists ? { sectorBytes, alignmentBytes } : undefined;
}

/** The smallest geometry with room for that many hosts; `undefined` when there is none. */
export function chooseLeaseGeometry(sectorBytes: 512 | 4096, hostCount: number): LeaseGeometry | undefined {
  const found = hostIdsMax[sectorBytes].find(([, hostsMax]) => hostsMax >= hostCount);
  return found && { sectorBytes, alignmentBytes: found[0] };
}

export function sdmLeaseOffset({ alignmentBytes }: LeaseGeometry): number {
  return SDM_SLOT * alignmentBytes;
}

/** Where the index of the external leases lies in `xleases`. */
export function leaseIndexOffset({ alignmentBytes }: LeaseGeometry): number {
  return INDEX_SLOT * alignmentBytes;
}

/** Where the lease of one record of the index lies in `xleases`. What the record itself says of that is for people. */
export function externalLeaseOffset(recordNumber: number, { alignmentBytes }: LeaseGeometry): number {
  assert(Number.isInteger(recordNumber) && recordNumber >= 0, `a record with the number ${recordNumber}`);
  return (FIRST_EXTERNAL_SLOT + recordNumber) * alignmentBytes;
}
