import assert from "node:assert/strict";
import { test } from "node:test";
import type { StorageDomainId, VolumeId } from "@yagura/std/ids.ts";
import {
  decodeEvent,
  decodeReplies,
  decodeRequests,
  encodeEvent,
  encodeMailbox,
  isReplyTo,
  type MailboxMessage,
  mailboxOffset,
} from "@yagura/storage-format";
import fc from "fast-check";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const message = {
  is: "extend",
  domainId: "75f8a1bb-4504-4314-91ca-d9365a30692b" as StorageDomainId,
  volumeId: "8adbc85e-e554-4ae0-b318-8a5465fe5fe1" as VolumeId,
  sizeMiB: 3072,
} as const;
/** As vdsm's own functions write it. */
const messageHex =
  "3178746e64" +
  "2b69305a36d9ca9114430445bba1f875" +
  "e15ffe65548a18b3e04a54e55ec8db8a" +
  "30303030303030303030303030633030" +
  "3030303030303030303030";

test("a request for 3 GiB is written byte for byte, with its checksum at the end of the mailbox", () => {
  const mailbox = encodeMailbox([message]);
  assert.equal(mailbox.length, 4096);
  assert.equal(hex(mailbox.subarray(0, 64)), messageHex);
  assert.equal(hex(mailbox.subarray(4092)), "5d170000");
  assert.ok(mailbox.subarray(64, 4092).every((byte) => byte === 0));
  assert.deepEqual(decodeRequests(mailbox)?.slice(0, 2), [message, { is: "free" }]);
});

test("a mailbox full of clean messages has the checksum that vdsm computes", () => {
  const mailbox = encodeMailbox(Array.from({ length: 63 }, () => ({ is: "clean" })));
  assert.equal(hex(mailbox.subarray(4092)), "c00f0000");
  assert.ok(mailbox.subarray(0, 63 * 64).every((byte) => byte === 1));
  assert.ok(decodeRequests(mailbox)?.every(({ is }) => is === "clean"));
});

test("a new mailbox is all zeros, and 63 free places", () => {
  assert.ok(encodeMailbox([]).every((byte) => byte === 0));
  assert.deepEqual(
    decodeRequests(new Uint8Array(4096)),
    Array.from({ length: 63 }, () => ({ is: "free" })),
  );
});

test("a mailbox that somebody is just writing is not read: any byte that differs makes the checksum wrong", () => {
  const mailbox = encodeMailbox([message, { is: "clean" }]);
  for (const at of [0, 5, 52, 64, 4031, 4091, 4092, 4095]) {
    const torn = mailbox.slice();
    torn[at] = ((torn[at] ?? 0) + 1) % 256;
    assert.equal(decodeRequests(torn), undefined, `byte ${at}`);
  }
});

test("replies are read without a checksum, since vdsm's SPM writes none", () => {
  const mailbox = encodeMailbox([message]);
  mailbox.fill(0, 4092);
  assert.equal(decodeRequests(mailbox), undefined);
  assert.deepEqual(decodeReplies(mailbox)?.[0], message);
});

test("what is shorter or longer than a mailbox is none", () => {
  const mailbox = encodeMailbox([message]);
  for (let length = 0; length < mailbox.length; length++) {
    assert.equal(decodeRequests(mailbox.subarray(0, length)), undefined);
    assert.equal(decodeReplies(mailbox.subarray(0, length)), undefined);
  }
  assert.equal(decodeReplies(new Uint8Array(4097)), undefined);
});

test("a message that we do not know is kept as it is", () => {
  const changes: [number, string][] = [
    [0, "2"],
    [1, "shrk"],
    [37, "g"],
    [37, "1000000000000000"],
    [37, "C"],
    [53, "1"],
  ];
  for (const [at, text] of changes) {
    const mailbox = encodeMailbox([message]);
    mailbox.set(new TextEncoder().encode(text), at);
    const [found] = decodeReplies(mailbox) ?? [];
    assert.equal(found?.is, "foreign", `${text} at ${at}`);
    assert.deepEqual(encodeMailbox(decodeReplies(mailbox) ?? []).subarray(0, 64), mailbox.subarray(0, 64));
  }
});

test("whatever is written is read back, and whatever is read is written back", () => {
  const uuid = fc.uuid({ version: 4 });
  const anyMessage: fc.Arbitrary<MailboxMessage> = fc.oneof(
    fc.constant({ is: "free" } as const),
    fc.constant({ is: "clean" } as const),
    fc.tuple(uuid, uuid, fc.nat(0xffffffff)).map(([domainId, volumeId, sizeMiB]) => ({
      is: "extend" as const,
      domainId: domainId as StorageDomainId,
      volumeId: volumeId as VolumeId,
      sizeMiB,
    })),
  );
  fc.assert(
    fc.property(fc.array(anyMessage, { minLength: 63, maxLength: 63 }), (messages) => {
      assert.deepEqual(decodeRequests(encodeMailbox(messages)), messages);
    }),
  );
  const bytes = fc.uint8Array({ minLength: 4096, maxLength: 4096 });
  fc.assert(
    fc.property(bytes, (mailbox) => {
      assert.deepEqual(encodeMailbox(decodeReplies(mailbox) ?? []).subarray(0, 4032), mailbox.subarray(0, 4032));
    }),
    { numRuns: 20 },
  );
});

test("what vdsm could not read is not written", () => {
  for (const sizeMiB of [-1, 0.5, 2 ** 32, Number.NaN]) {
    assert.throws(() => encodeMailbox([{ ...message, sizeMiB }]), { name: "CannotWriteMail" });
  }
  assert.throws(() => encodeMailbox([{ ...message, volumeId: "x" as VolumeId }]), { name: "CannotWriteMail" });
  assert.throws(() => encodeMailbox([{ is: "foreign", bytes: new Uint8Array(63) }]), { name: "CannotWriteMail" });
  assert.throws(() => encodeMailbox(Array.from({ length: 64 }, () => message)), { name: "CannotWriteMail" });
});

test("a reply is about the same volume, whatever size it tells", () => {
  assert.equal(isReplyTo(message, { ...message, sizeMiB: 0 }), true);
  assert.equal(isReplyTo(message, { ...message, volumeId: message.domainId as string as VolumeId }), false);
});

test("an event is a UUID in its usual order, in the mailbox of no host", () => {
  const eventId = "00112233-4455-6677-8899-aabbccddeeff";
  const block = encodeEvent(eventId);
  assert.equal(block.length, 4096);
  assert.equal(hex(block.subarray(0, 24)), `00657674${eventId.replaceAll("-", "")}00000000`);
  assert.equal(decodeEvent(block), eventId);
  assert.equal(decodeEvent(block.subarray(0, 512)), eventId);
  assert.equal(decodeEvent(new Uint8Array(4096)), undefined);
  for (let length = 0; length < 20; length++) assert.equal(decodeEvent(block.subarray(0, length)), undefined);
  assert.deepEqual([0, 1, 250].map(mailboxOffset), [0, 4096, 1024000]);
});
