/**
 * The structures that requests and replies are made of. All numbers are in the byte order of the machine, which is
 * little-endian wherever we run; a text ends at its first zero.
 *
 * ```
 * disk         0 path[1024]      1024 offset u64     1032 two unused u32                                        1040
 * lockspace    0 name[48]          48 host id u64      56 flags u32    60 nothing    64 disk                    1104
 * resource     0 lockspace[48]     48 name[48]         96 version u64 104 data u64  112 data u32  116 unused u32
 *            120 flags u32        124 number of disks u32                                      128, then the disks
 * host         0 id u64             8 generation u64   16 timestamp u64  24 io timeout u32  28 flags u32          32
 * host event   0 host id u64        8 generation u64   16 event u64      24 data u64                              32
 * options      0 owner[48]         48 flags u32        52 unused u32                                              56
 * ```
 */
import { CannotEncode, SanlockProtocolError } from "./errors.ts";
import type { StructReader } from "./struct-reader.ts";
import { StructWriter } from "./struct-writer.ts";

export const NAME_BYTES = 48;
export const PATH_BYTES = 1024;
const DISK_BYTES = 1040;
const DISKS_MAX = 4;
const LOCKSPACE_BYTES = 1104;
const RESOURCE_BYTES = 128;
const HOST_BYTES = 32;
const HOST_EVENT_BYTES = 32;
const OPTIONS_BYTES = 56;

/** Where a lockspace or a lease lies. */
export interface DiskPlace {
  readonly path: string;
  readonly offsetBytes: number;
}

/** How a lockspace or a lease is laid out; it must be the same for a lockspace and all of its leases. */
export interface Geometry {
  readonly sectorBytes: 512 | 4096;
  /** The room of one lease: MiB, 2, 4 or 8 of them. Only 1 MiB goes with sectors of 512 bytes. */
  readonly alignmentBytes: number;
}

/** A lockspace, and who we are in it. */
export interface Lockspace extends DiskPlace {
  readonly name: string;
  /** 1 to 2000. */
  readonly hostId: number;
}

export interface LeaseName {
  readonly lockspace: string;
  readonly name: string;
}

export interface LeasePlace extends LeaseName, DiskPlace {}

/** A lease as it stands on the storage. */
export interface StoredLease extends LeaseName {
  /** How often it was acquired: grows with each new owner, and when the same owner acquires it again. */
  readonly version: number;
  readonly isShared: boolean;
  readonly geometry: Geometry | undefined;
}

export interface HostRecord {
  readonly hostId: number;
  /** Grows each time a host joins the lockspace under this id. */
  readonly generation: number;
  /** The host's own monotonic seconds when it last renewed; 0 when the id is free. */
  readonly timestampSeconds: number;
  readonly ioTimeoutSeconds: number;
  readonly flags: number;
}

/** A message to one host of a lockspace. What the two masks mean is between those who use them. */
export interface HostEvent {
  readonly hostId: number;
  /** 0: whichever generation the host has. */
  readonly generation: number;
  readonly event: bigint;
  readonly data: bigint;
}

export const resourceFlags = { version: 0x01, shared: 0x04 } as const;

/** The same bits in lockspaces and resources. */
const alignmentFlags = new Map([
  [1024 * 1024, 0x10],
  [2 * 1024 * 1024, 0x20],
  [4 * 1024 * 1024, 0x40],
  [8 * 1024 * 1024, 0x80],
]);
const sectorFlags = new Map([
  [512, 0x100],
  [4096, 0x200],
] as const);

/** @throws CannotEncode for a combination that sanlock does not have */
export function geometryFlags({ sectorBytes, alignmentBytes }: Geometry): number {
  const [sector, alignment] = [sectorFlags.get(sectorBytes), alignmentFlags.get(alignmentBytes)];
  if (sector === undefined || alignment === undefined || (sectorBytes === 512 && alignmentBytes !== 1024 * 1024)) {
    throw new CannotEncode(`leases of ${alignmentBytes} bytes on sectors of ${sectorBytes}`);
  }
  return sector | alignment;
}

/** `undefined` where the daemon does not say. */
export function readGeometry(flags: number): Geometry | undefined {
  const sector = [...sectorFlags].find(([, flag]) => (flags & flag) !== 0);
  const alignment = [...alignmentFlags].find(([, flag]) => (flags & flag) !== 0);
  return sector && alignment && { sectorBytes: sector[0], alignmentBytes: alignment[0] };
}

function putDisk(writer: StructWriter, { path, offsetBytes }: DiskPlace): StructWriter {
  if (path === "") throw new CannotEncode("a path is missing");
  return writer.text(path, PATH_BYTES).uint64(offsetBytes).skip(8);
}

function readDisk(reader: StructReader): DiskPlace {
  const place = { path: reader.text(PATH_BYTES), offsetBytes: reader.count() };
  reader.skip(8);
  return place;
}

/**
 * Names may fill their field. A colon, a space or a backslash has a meaning in what the daemon says of its leases, so
 * a name with one of them would be read back as something else.
 */
function putName(writer: StructWriter, name: string): StructWriter {
  if (/[\s:\\]/u.test(name)) throw new CannotEncode(`"${name}" cannot be a name`);
  return writer.text(name, NAME_BYTES, NAME_BYTES);
}

export function encodeLockspace(lockspace: Lockspace, flags = 0): Uint8Array {
  const writer = putName(new StructWriter(LOCKSPACE_BYTES), lockspace.name);
  return putDisk(writer.uint64(lockspace.hostId).uint32(flags).skip(4), lockspace).bytes;
}

/** A lockspace of which only the name matters, and a host in it (0: all). */
export function encodeLockspaceName(name: string, hostId = 0): Uint8Array {
  return putName(new StructWriter(LOCKSPACE_BYTES), name).uint64(hostId).bytes;
}

export interface LockspaceRecord extends Lockspace {
  readonly geometry: Geometry | undefined;
}

export function decodeLockspace(reader: StructReader): LockspaceRecord {
  const [name, hostId, flags] = [reader.text(NAME_BYTES), reader.count(), reader.uint32()];
  return { name, hostId, ...readDisk(reader.skip(4)), geometry: readGeometry(flags) };
}

export interface ResourceFields {
  readonly flags?: number;
  readonly version?: number | undefined;
}

/** A resource without its place, where its name is enough. */
export function encodeResourceName(lease: LeaseName): Uint8Array {
  return putName(putName(new StructWriter(RESOURCE_BYTES), lease.lockspace), lease.name).bytes;
}

/** A resource with its one place. */
export function encodeResource(lease: LeasePlace, { flags = 0, version = 0 }: ResourceFields = {}): Uint8Array {
  const names = putName(putName(new StructWriter(RESOURCE_BYTES + DISK_BYTES), lease.lockspace), lease.name);
  return putDisk(names.uint64(version).skip(16).uint32(flags).uint32(1), lease).bytes;
}

export interface ResourceRecord extends LeaseName {
  readonly version: number;
  readonly flags: number;
  readonly disks: readonly DiskPlace[];
}

/** @param hasDisks whether the disks follow, as in a status; the other replies say their number and leave them out */
export function decodeResource(reader: StructReader, hasDisks: boolean): ResourceRecord {
  const [lockspace, name, version] = [reader.text(NAME_BYTES), reader.text(NAME_BYTES), reader.count()];
  const [flags, diskCount] = [reader.skip(16).uint32(), reader.uint32()];
  if (diskCount > DISKS_MAX) throw new SanlockProtocolError(`a lease on ${diskCount} disks`);
  const disks = hasDisks ? Array.from({ length: diskCount }, () => readDisk(reader)) : [];
  return { lockspace, name, version, flags, disks };
}

export function decodeHosts(reader: StructReader, count: number): HostRecord[] {
  if (reader.remaining !== count * HOST_BYTES) {
    throw new SanlockProtocolError(`${count} hosts in ${reader.remaining} bytes`);
  }
  return Array.from({ length: count }, () => ({
    hostId: reader.count(),
    generation: reader.count(),
    timestampSeconds: reader.count(),
    ioTimeoutSeconds: reader.uint32(),
    flags: reader.uint32(),
  }));
}

export function encodeHostEvent({ hostId, generation, event, data }: HostEvent): Uint8Array {
  return new StructWriter(HOST_EVENT_BYTES).uint64(hostId).uint64(generation).uint64(event).uint64(data).bytes;
}

export interface ReceivedEvent extends HostEvent {
  /** Who sent it. */
  readonly from: { readonly hostId: number; readonly generation: number };
}

/** What follows the header of an event: the event as it was set, then its sender. */
export function decodeEvent(reader: StructReader): ReceivedEvent {
  const event = { hostId: reader.count(), generation: reader.count(), event: reader.wide(), data: reader.wide() };
  const from = { hostId: reader.count(), generation: reader.count() };
  reader.finish();
  return { ...event, from };
}

export function encodeOwner(owner: string): Uint8Array {
  return new StructWriter(OPTIONS_BYTES).text(owner, NAME_BYTES).bytes;
}
