import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
  changeLeaseRecord,
  decodeLeaseIndex,
  encodeEmptyLeaseIndex,
  encodeLeaseIndexHead,
  findFreeLeaseRecord,
  findLeaseRecord,
  LEASE_INDEX_BYTES,
  LEASE_RECORDS,
} from "@yagura/storage-format";
import fc from "fast-check";

const MiB = 1024 * 1024;
const head = {
  lockspace: "75f8a1bb-4504-4314-91ca-d9365a30692b",
  modifiedSeconds: 1550522547,
  isUpdating: false,
};
const leaseId = "8adbc85e-e554-4ae0-b318-8a5465fe5fe1";
/** What Python's struct makes of vdsm's two formats, for these values. */
const emptyIndexSha256 = "12f1d9c39e4e730e3243d02ae59c5ee6528fa712cb8c0a63c20628b3d49d7b5b";
const recordHex =
  "38616462633835652d653535342d346165302d623331382d386135343635666535666531000000000000000000000000003030303033313435373238002d2d0a";

/** The index with one record changed, as the storage has it afterwards. */
function changed(
  index: Uint8Array,
  ...change: Parameters<typeof changeLeaseRecord> extends [unknown, ...infer R] ? R : never
) {
  const block = changeLeaseRecord(index, ...change);
  const bytes = index.slice();
  bytes.set(block.bytes, block.offsetBytes);
  return bytes;
}

const write = (index: Uint8Array, at: number, text: string): Uint8Array => {
  const bytes = index.slice();
  bytes.set(new TextEncoder().encode(text), at);
  return bytes;
};

test("an empty index is what vdsm writes, byte for byte", () => {
  const bytes = encodeEmptyLeaseIndex(head);
  assert.equal(bytes.length, LEASE_INDEX_BYTES);
  assert.equal(createHash("sha256").update(bytes).digest("hex"), emptyIndexSha256);
  assert.deepEqual(decodeLeaseIndex(bytes), {
    ...head,
    records: Array.from({ length: LEASE_RECORDS }, () => ({ is: "free" })),
  });
});

test("a lease is entered byte for byte, in one block, and found again", () => {
  const index = encodeEmptyLeaseIndex(head);
  const block = changeLeaseRecord(index, 0, { leaseId, offsetBytes: 3 * MiB }, 512);
  assert.deepEqual([block.offsetBytes, block.bytes.length], [512, 512]);
  assert.equal(Buffer.from(block.bytes.subarray(0, 64)).toString("hex"), recordHex);
  assert.deepEqual(block.bytes.subarray(64), index.subarray(512 + 64, 1024));
  const after = decodeLeaseIndex(changed(index, 0, { leaseId, offsetBytes: 3 * MiB }, 512));
  assert.equal(findLeaseRecord(after, leaseId), 0);
  assert.equal(findFreeLeaseRecord(after), 1);
  assert.equal(findLeaseRecord(after, head.lockspace), undefined);
});

test("on sectors of 4 KiB the block of the first records has the head in it, unchanged", () => {
  const index = encodeEmptyLeaseIndex(head);
  const block = changeLeaseRecord(index, 0, { leaseId, offsetBytes: 0 }, 4096);
  assert.deepEqual([block.offsetBytes, block.bytes.length], [0, 4096]);
  assert.deepEqual(block.bytes.subarray(0, 512), index.subarray(0, 512));
});

test("a freed place is as it was before, and is the next one to be taken", () => {
  const index = encodeEmptyLeaseIndex(head);
  const last = LEASE_RECORDS - 1;
  const used = changed(
    changed(index, 0, { leaseId, offsetBytes: 0 }, 512),
    last,
    { leaseId: "x", offsetBytes: 9 },
    512,
  );
  assert.equal(findLeaseRecord(decodeLeaseIndex(used), "x"), last);
  assert.deepEqual(changed(changed(used, 0, undefined, 512), last, undefined, 512), index);
});

test("no place behind the end of the volume is taken", () => {
  const index = changed(encodeEmptyLeaseIndex(head), 0, { leaseId, offsetBytes: 0 }, 512);
  assert.equal(findFreeLeaseRecord(decodeLeaseIndex(index), 1), undefined);
  assert.equal(findFreeLeaseRecord(decodeLeaseIndex(index), 2), 1);
});

test("a record that vdsm of old left half made is found, but is no lease", () => {
  const index = write(
    changed(encodeEmptyLeaseIndex(head), 3, { leaseId, offsetBytes: 0 }, 512),
    512 + 3 * 64 + 61,
    "u",
  );
  const decoded = decodeLeaseIndex(index);
  assert.deepEqual(decoded.records[3], { is: "half-made", leaseId });
  assert.equal(findLeaseRecord(decoded, leaseId), 3);
});

test("a broken record breaks nothing but itself, and is never taken for a free one", () => {
  const index = changed(encodeEmptyLeaseIndex(head), 1, { leaseId, offsetBytes: 0 }, 512);
  const breaks: [number, string][] = [
    [0, "a b"],
    [0, "ü"],
    [49, "not a number"],
    [63, " "],
    [0, "!".repeat(64)],
  ];
  for (const [at, text] of breaks) {
    const decoded = decodeLeaseIndex(write(index, 512 + at, text));
    assert.deepEqual(decoded.records.slice(0, 3), [{ is: "broken" }, { is: "used", leaseId }, { is: "free" }], text);
    assert.equal(findFreeLeaseRecord(decoded), 2);
  }
});

test("changing one record leaves the others as they are, broken and foreign ones too", () => {
  const bytes = fc.uint8Array({ minLength: LEASE_INDEX_BYTES, maxLength: LEASE_INDEX_BYTES });
  const sector = fc.constantFrom(512 as const, 4096 as const);
  fc.assert(
    fc.property(bytes, fc.nat(LEASE_RECORDS - 1), sector, fc.uuid(), (index, number, sectorBytes, id) => {
      const block = changeLeaseRecord(index, number, { leaseId: id, offsetBytes: number * MiB }, sectorBytes);
      const at = 512 + number * 64;
      assert.equal(block.offsetBytes % sectorBytes, 0);
      const after = Uint8Array.from(index);
      after.set(block.bytes, block.offsetBytes);
      assert.ok(Buffer.from(after.subarray(0, at)).equals(Buffer.from(index.subarray(0, at))));
      assert.ok(Buffer.from(after.subarray(at + 64)).equals(Buffer.from(index.subarray(at + 64))));
    }),
    { numRuns: 10 },
  );
});

test("an index that is being made or rebuilt says so", () => {
  const bytes = encodeEmptyLeaseIndex({ ...head, isUpdating: true });
  assert.equal(decodeLeaseIndex(bytes).isUpdating, true);
  bytes.set(encodeLeaseIndexHead(head));
  assert.equal(decodeLeaseIndex(bytes).isUpdating, false);
});

test("what is cut anywhere is refused", () => {
  const bytes = encodeEmptyLeaseIndex(head);
  for (let length = 0; length < bytes.length; length += length < 1024 ? 1 : 997) {
    assert.throws(() => decodeLeaseIndex(bytes.subarray(0, length)), { name: "BadLeaseIndex" });
  }
  assert.throws(() => decodeLeaseIndex(bytes.subarray(0, bytes.length - 1)), { name: "BadLeaseIndex" });
});

test("what follows the index is nobody's business", () => {
  const bytes = new Uint8Array(MiB).fill(0xff);
  bytes.set(encodeEmptyLeaseIndex(head));
  assert.equal(decodeLeaseIndex(bytes).records.length, LEASE_RECORDS);
});

test("what is no index, or of another version, or has a broken head, is told apart from an empty one", () => {
  const bytes = encodeEmptyLeaseIndex(head);
  const broken = [
    new Uint8Array(LEASE_INDEX_BYTES),
    write(bytes, 0, "blah"),
    write(bytes, 5, "0002"),
    write(bytes, 5, "????"),
  ];
  broken.push(write(bytes, 59, "not a time"), write(bytes, 10, "ü"), write(bytes, 10, "\0".repeat(48)));
  for (const wrong of broken) assert.throws(() => decodeLeaseIndex(wrong), { name: "BadLeaseIndex" });
});

test("what could not be read back is not written", () => {
  const index = encodeEmptyLeaseIndex(head);
  const wrong: [number, string, number][] = [
    [-1, leaseId, 0],
    [LEASE_RECORDS, leaseId, 0],
    [0, "", 0],
    [0, "櫓", 0],
    [0, "a b", 0],
    [0, "x".repeat(49), 0],
    [0, leaseId, -1],
    [0, leaseId, 1e11],
  ];
  for (const [number, id, offsetBytes] of wrong) {
    assert.throws(() => changeLeaseRecord(index, number, { leaseId: id, offsetBytes }, 512), {
      name: "CannotWriteLeaseRecord",
    });
  }
  assert.throws(() => changeLeaseRecord(index.subarray(0, 600), 0, undefined, 512), { name: "CannotWriteLeaseRecord" });
  assert.throws(() => encodeLeaseIndexHead({ ...head, modifiedSeconds: 1e10 }), { name: "CannotWriteLeaseRecord" });
});
