/**
 * What sanlock writes: who has joined a lockspace, who holds a lease. For whoever has to know without a daemon; those who
 * take and give leases ask the daemon (`packages/sanlock`). Little-endian.
 *
 * ```
 * lockspace   sector N-1: the leader of host N
 * lease       sector 0: the leader     1: a request     1+N: the ballot of host N
 *
 * leader    0 magic u32   4 version u32   8 flags u32   12 sector bytes u32   16 hosts u64   24 hosts at most u64
 *          32 owner u64   40 its generation u64   48 lease's version u64   56 lockspace[48]   104 name[48]
 *         152 timestamp u64, 0: free   160 –   168 checksum u32   174 io timeout u16   176 written by: host, generation, time
 * ballot    0 … 40 lease's version u64   48 checksum u32   52 flags u32: 1 released
 * ```
 *
 * The name in a lockspace's leader is the host's own. The checksum is a CRC-32C of what stands before it, begun with ~1 and
 * not inverted at the end. A timestamp is in seconds of the owner's own clock since its boot: two reads of one can be
 * compared, the timestamps of two hosts cannot. sanlock 3.8.5 src/{leader,paxos_dblock}.h, ondisk.c
 */
import { assert } from "@yagura/std/assert.ts";

const HOST_MAGIC = 0x12212010;
const LEASE_MAGIC = 0x06152010;
/** A lease that was taken away: `sanlock client write` with "clear". */
const CLEARED_MAGIC = 0x11282016;
const LEADER_BYTES = 200;
const CHECKSUM_OFFSET = 168;
const BALLOT_BYTES = 56;
const BALLOT_RELEASED = 0x1;
const NAME_BYTES = 48;
/** The major half of the version: others have another layout. */
const versions: Readonly<Record<number, number>> = { [HOST_MAGIC]: 3, [LEASE_MAGIC]: 6 };

/** What lies where a record of sanlock should be is none, or is broken. */
export class BadSanlockRecord extends Error {
  override readonly name = "BadSanlockRecord";
}

/** A host's membership in a lockspace. */
export interface SanlockHostRecord {
  readonly lockspace: string;
  /** The place of the record says which host it is of. */
  readonly hostId: number;
  /** How the host calls itself; empty when it never joined. */
  readonly hostName: string;
  /** Grows with each time it joins. */
  readonly generation: number;
  /** Changes with each renewal; 0 when it is no member. */
  readonly timestampSeconds: number;
  readonly ioTimeoutSeconds: number;
}

/** Who holds a lease, or held it last. */
export interface SanlockLeaseRecord {
  readonly lockspace: string;
  readonly name: string;
  /** Grows with each time it is taken: the epoch of whoever holds it. */
  readonly version: number;
  readonly ownerHostId: number;
  readonly ownerGeneration: number;
  /** Whether it was never given back. Its owner may be dead all the same: its host's record says so. */
  readonly isHeld: boolean;
}

/**
 * Reads the record of one host. @param bytes the whole lockspace, or as much of it as there is
 * @returns `undefined` where there is no room or nobody ever wrote
 * @throws BadSanlockRecord
 */
export function decodeHostRecord(
  bytes: Uint8Array,
  hostId: number,
  sectorBytes: number,
): SanlockHostRecord | undefined {
  assert(Number.isInteger(hostId) && hostId > 0, `a host with the number ${hostId}`);
  const at = (hostId - 1) * sectorBytes;
  const leader = bytes.subarray(at, at + LEADER_BYTES);
  if (leader.every((byte) => byte === 0)) return undefined;
  const view = checkLeader(leader, HOST_MAGIC, `host ${hostId}`);
  return {
    hostId,
    lockspace: textAt(leader, 56),
    hostName: textAt(leader, 104),
    generation: count(view, 40),
    timestampSeconds: count(view, 152),
    ioTimeoutSeconds: view.getUint16(174, true),
  };
}

/**
 * Reads a lease. @param bytes from its beginning, with the ballots as far as they are there
 * @returns `undefined` where there is none: nothing but zeroes, or one that was cleared
 * @throws BadSanlockRecord
 */
export function decodeLeaseRecord(bytes: Uint8Array): SanlockLeaseRecord | undefined {
  const leader = bytes.subarray(0, LEADER_BYTES);
  if (leader.every((byte) => byte === 0)) return undefined;
  if (leader.length >= 4 && viewOf(leader).getUint32(0, true) === CLEARED_MAGIC) return undefined;
  const view = checkLeader(leader, LEASE_MAGIC, "the lease");
  const [version, ownerHostId] = [count(view, 48), count(view, 32)];
  const isReleased = hasReleased(bytes, { hostId: ownerHostId, version, sectorBytes: view.getUint32(12, true) });
  return {
    lockspace: textAt(leader, 56),
    name: textAt(leader, 104),
    version,
    ownerHostId,
    ownerGeneration: count(view, 40),
    isHeld: count(view, 152) !== 0 && !isReleased,
  };
}

/** An owner whose taking was written down by another host says only in its own ballot that it has given the lease back. */
function hasReleased(
  bytes: Uint8Array,
  { hostId, version, sectorBytes }: { hostId: number; version: number; sectorBytes: number },
): boolean {
  const at = (1 + hostId) * sectorBytes;
  const ballot = bytes.subarray(at, at + BALLOT_BYTES);
  if (hostId === 0 || ballot.length < BALLOT_BYTES) return false;
  const view = viewOf(ballot);
  return count(view, 40) === version && (view.getUint32(52, true) & BALLOT_RELEASED) !== 0;
}

function checkLeader(leader: Uint8Array, wanted: number, what: string): DataView {
  if (leader.length < LEADER_BYTES)
    throw new BadSanlockRecord(`the record of ${what} is cut after ${leader.length} bytes`);
  const view = viewOf(leader);
  const [magic, version] = [view.getUint32(0, true), view.getUint32(4, true) >>> 16];
  if (magic !== wanted) throw new BadSanlockRecord(`the record of ${what} begins with 0x${magic.toString(16)}`);
  if (version !== versions[wanted]) throw new BadSanlockRecord(`the record of ${what} has the version ${version}`);
  if (view.getUint32(CHECKSUM_OFFSET, true) !== crc32c(leader.subarray(0, CHECKSUM_OFFSET))) {
    throw new BadSanlockRecord(`the checksum of the record of ${what} is wrong`);
  }
  return view;
}

function count(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new BadSanlockRecord(`a number too large to be one: ${value}`);
  return Number(value);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + NAME_BYTES)).replace(/\0.*$/s, "");
}

const CRC32C_POLYNOMIAL = 0x82f63b78;

function crc32c(bytes: Uint8Array): number {
  let crc = ~1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC32C_POLYNOMIAL : crc >>> 1;
  }
  return crc >>> 0;
}
