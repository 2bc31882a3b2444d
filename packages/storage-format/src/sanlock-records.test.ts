import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { BadSanlockRecord, decodeHostRecord, decodeLeaseRecord } from "@yagura/storage-format";
import fc from "fast-check";

/** What two real daemons wrote; `madeBy` in the file says how. */
const captured = JSON.parse(
  readFileSync(new URL("../fixtures/sanlock-records.json", import.meta.url), "utf8"),
) as Record<"lockspace" | "held" | "released" | "neverHeld", string>;
const bytesOf = (name: keyof typeof captured): Buffer => Buffer.from(captured[name], "base64");

test("a real lockspace says who has joined, who has left, and who never came", () => {
  const lockspace = bytesOf("lockspace");
  const [a, b, c] = [1, 2, 3].map((hostId) => decodeHostRecord(lockspace, hostId, 512));
  assert.ok(a !== undefined && a.timestampSeconds > 0);
  assert.deepEqual(
    { ...a, timestampSeconds: 1 },
    {
      hostId: 1,
      lockspace: "test-space",
      hostName: "host-a",
      generation: 1,
      timestampSeconds: 1,
      ioTimeoutSeconds: 2,
    },
  );
  assert.deepEqual([b?.hostName, b?.generation, b?.timestampSeconds], ["host-b", 1, 0]);
  assert.deepEqual([c?.hostName, c?.generation, c?.timestampSeconds], ["", 0, 0]);
  assert.equal(decodeHostRecord(lockspace, 4, 512), undefined);
});

test("a real lease says who holds it and in which version", () => {
  const common = { lockspace: "test-space", version: 1, ownerGeneration: 1 };
  assert.deepEqual(decodeLeaseRecord(bytesOf("held")), { ...common, name: "SDM", ownerHostId: 1, isHeld: true });
  const released = { ...common, name: "released", ownerHostId: 2, isHeld: false };
  assert.deepEqual(decodeLeaseRecord(bytesOf("released")), released);
  const never = { ...common, name: "never-held", version: 0, ownerHostId: 0, ownerGeneration: 0, isHeld: false };
  assert.deepEqual(decodeLeaseRecord(bytesOf("neverHeld")), never);
});

test("a lease whose owner gave it back in its own ballot only is not held", () => {
  const held = bytesOf("held");
  held.writeUInt32LE(1, 2 * 512 + 52);
  assert.equal(decodeLeaseRecord(held)?.isHeld, false);
  // Of an earlier version: that says nothing of this one.
  held.writeBigUInt64LE(7n, 2 * 512 + 40);
  assert.equal(decodeLeaseRecord(held)?.isHeld, true);
});

test("where nothing was written, or what was there was cleared, there is no lease", () => {
  assert.equal(decodeLeaseRecord(new Uint8Array(1024)), undefined);
  assert.equal(decodeLeaseRecord(new Uint8Array(0)), undefined);
  const cleared = bytesOf("held");
  cleared.writeUInt32LE(0x11282016, 0);
  assert.equal(decodeLeaseRecord(cleared), undefined);
});

test("every truncation and every changed byte of a record is refused or changes nothing that is read", () => {
  for (const name of ["lockspace", "held"] as const) {
    const whole = bytesOf(name);
    const read = (bytes: Uint8Array): unknown =>
      name === "held" ? decodeLeaseRecord(bytes) : decodeHostRecord(bytes, 1, 512);
    for (let length = 1; length < 200; length++) {
      assert.throws(() => read(whole.subarray(0, length)), BadSanlockRecord, `${name} cut after ${length}`);
    }
    fc.assert(
      fc.property(fc.nat(171), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        assert.throws(() => read(bytes), BadSanlockRecord);
      }),
    );
  }
});
