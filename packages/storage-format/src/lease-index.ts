/**
 * The index in `dom_md/xleases`: which external lease, of a guest for example, has which place. What a record names
 * lies where the record's own number says, so that no two can name the same place.
 * vdsm fd4b0df lib/vdsm/storage/xlease.py
 *
 * ```
 * index     0        512                                               253952        62 blocks of 4 KiB
 *           | head   | record × 3960, 64 bytes each                    |
 * head      0 magic 12 15 20 16   5 "0001"   10 lockspace[48]   59 seconds[10]   70 "-" or "u"   511 \n
 * record    0 lease id[48]        49 offset[11]                 61 "-" or "u"    62 "-"          63 \n
 * ```
 *
 * Texts are ASCII, filled up with zeros; numbers are decimal; between the fields are zeros. The head's flag is "u" while the
 * index is made or rebuilt: what is in it is not to be believed then. A record with "u" is half made, by a vdsm of old.
 */
export const LEASE_INDEX_BYTES = 62 * 4096;
export const LEASE_RECORDS = 3960;
const HEAD_BYTES = 512;
const RECORD_BYTES = 64;
const ID_BYTES = 48;
const MAGIC = 0x12152016;
const VERSION = "0001";
const NEWLINE = 0x0a;

/** There is no index, or one that nobody can use as it is: it has to be made or rebuilt. */
export class BadLeaseIndex extends Error {
  override readonly name = "BadLeaseIndex";
}

/** A lease that cannot be entered. */
export class CannotWriteLeaseRecord extends Error {
  override readonly name = "CannotWriteLeaseRecord";
}

export interface LeaseIndexHead {
  /** The domain's id. */
  readonly lockspace: string;
  readonly modifiedSeconds: number;
  /** Somebody began to make or rebuild the index, and has not finished, or never will. */
  readonly isUpdating: boolean;
}

export type LeaseRecord =
  | { readonly is: "free" }
  | { readonly is: "used"; readonly leaseId: string }
  /** Half made: counts as missing, and its place may be used for the same lease again. */
  | { readonly is: "half-made"; readonly leaseId: string }
  /** Not readable: its place must not be used before the index was rebuilt. */
  | { readonly is: "broken" };

export interface LeaseIndex extends LeaseIndexHead {
  /** All records; the position in the list is the number that says where a lease lies. */
  readonly records: readonly LeaseRecord[];
}

/** @throws BadLeaseIndex when it is cut, is no index, or is of another version */
export function decodeLeaseIndex(bytes: Uint8Array): LeaseIndex {
  if (bytes.length < LEASE_INDEX_BYTES) {
    throw new BadLeaseIndex(`${bytes.length} bytes of a lease index, which has ${LEASE_INDEX_BYTES}`);
  }
  const records = Array.from({ length: LEASE_RECORDS }, (_, number) =>
    decodeRecord(bytes.subarray(recordAt(number), recordAt(number) + RECORD_BYTES)),
  );
  return { ...decodeHead(bytes), records };
}

/** A whole index without leases. To be written with `isUpdating`, and then its head alone without. */
export function encodeEmptyLeaseIndex(head: LeaseIndexHead): Uint8Array {
  const bytes = new Uint8Array(LEASE_INDEX_BYTES);
  bytes.set(encodeLeaseIndexHead(head));
  const free = encodeRecord({ is: "free" }, 0);
  for (let number = 0; number < LEASE_RECORDS; number++) bytes.set(free, recordAt(number));
  return bytes;
}

/** The head alone: the first 512 bytes. @throws CannotWriteLeaseRecord when a value does not fit */
export function encodeLeaseIndexHead({ lockspace, modifiedSeconds, isUpdating }: LeaseIndexHead): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES);
  new DataView(bytes.buffer).setInt32(0, MAGIC);
  putText(bytes, 5, VERSION);
  putText(bytes, 10, requireName(lockspace));
  putText(bytes, 59, decimal(modifiedSeconds, 10));
  putText(bytes, 70, isUpdating ? "u" : "-");
  bytes[HEAD_BYTES - 1] = NEWLINE;
  return bytes;
}

/** The number of the record for a lease; half made ones count. */
export function findLeaseRecord({ records }: LeaseIndex, leaseId: string): number | undefined {
  const number = records.findIndex((record) => "leaseId" in record && record.leaseId === leaseId);
  return number === -1 ? undefined : number;
}

/** The first place for another lease. @param slots how many leases there is room for behind the index */
export function findFreeLeaseRecord({ records }: LeaseIndex, slots: number = LEASE_RECORDS): number | undefined {
  const number = records.slice(0, slots).findIndex(({ is }) => is === "free");
  return number === -1 ? undefined : number;
}

export interface ChangedBlock {
  /** From the beginning of the index. */
  readonly offsetBytes: number;
  readonly bytes: Uint8Array;
}

/**
 * The one block of storage that changes with a record, to be written in one piece; all else in it stays as it is.
 * @param index the bytes of the index as they were read
 * @param change the lease to enter, or `undefined` to free its place; where it lies, for people
 * @throws CannotWriteLeaseRecord when the lease's id or place cannot be written
 */
export function changeLeaseRecord(
  index: Uint8Array,
  recordNumber: number,
  change: { readonly leaseId: string; readonly offsetBytes: number } | undefined,
  sectorBytes: 512 | 4096,
): ChangedBlock {
  if (!Number.isInteger(recordNumber) || recordNumber < 0 || recordNumber >= LEASE_RECORDS) {
    throw new CannotWriteLeaseRecord(`there is no record ${recordNumber}`);
  }
  const at = recordAt(recordNumber);
  const offsetBytes = at - (at % sectorBytes);
  const bytes = Uint8Array.from(index.subarray(offsetBytes, offsetBytes + sectorBytes));
  if (bytes.length < sectorBytes) throw new CannotWriteLeaseRecord(`the index ends before record ${recordNumber}`);
  const record: LeaseRecord = change === undefined ? { is: "free" } : { is: "used", leaseId: change.leaseId };
  bytes.set(encodeRecord(record, change?.offsetBytes ?? 0), at - offsetBytes);
  return { offsetBytes, bytes };
}

function decodeHead(bytes: Uint8Array): LeaseIndexHead {
  const magic = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(0);
  if (magic !== MAGIC) throw new BadLeaseIndex("there is no lease index");
  const version = textAt(bytes, 5, 4);
  if (version !== VERSION) throw new BadLeaseIndex(`a lease index of the version ${JSON.stringify(version)}`);
  const [lockspace, seconds] = [textAt(bytes, 10, ID_BYTES), textAt(bytes, 59, 10)];
  if (!isName(lockspace) || !/^\d{1,10}$/.test(seconds))
    throw new BadLeaseIndex("the head of the lease index is broken");
  return { lockspace, modifiedSeconds: Number(seconds), isUpdating: textAt(bytes, 70, 1) === "u" };
}

function decodeRecord(bytes: Uint8Array): LeaseRecord {
  const [leaseId, offset, flag] = [textAt(bytes, 0, ID_BYTES), textAt(bytes, 49, 11), textAt(bytes, 61, 1)];
  if (!/^\d{11}$/.test(offset) || bytes[RECORD_BYTES - 1] !== NEWLINE) return { is: "broken" };
  if (leaseId === "") return { is: "free" };
  if (!isName(leaseId)) return { is: "broken" };
  return { is: flag === "u" ? "half-made" : "used", leaseId };
}

function encodeRecord(record: { is: "free" } | { is: "used"; leaseId: string }, offsetBytes: number): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES);
  if (record.is === "used") putText(bytes, 0, requireName(record.leaseId));
  putText(bytes, 49, decimal(offsetBytes, 11));
  putText(bytes, 61, "--");
  bytes[RECORD_BYTES - 1] = NEWLINE;
  return bytes;
}

function recordAt(number: number): number {
  return HEAD_BYTES + number * RECORD_BYTES;
}

function isName(text: string): boolean {
  return /^[\x21-\x7e]{1,48}$/.test(text);
}

function requireName(text: string): string {
  if (!isName(text)) throw new CannotWriteLeaseRecord(`${JSON.stringify(text)} cannot be the name of a lease`);
  return text;
}

function decimal(value: number, digits: number): string {
  const text = String(value).padStart(digits, "0");
  if (!Number.isInteger(value) || value < 0 || text.length > digits) {
    throw new CannotWriteLeaseRecord(`${value} does not fit into ${digits} digits`);
  }
  return text;
}

function putText(bytes: Uint8Array, at: number, text: string): void {
  bytes.set(new TextEncoder().encode(text), at);
}

/** The text of a field, without the zeros that fill it up; a byte outside ASCII becomes a character that no name has. */
function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length)).replace(/\0+$/, "");
}
