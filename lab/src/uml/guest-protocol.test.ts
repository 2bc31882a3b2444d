import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeMessage, GuestProtocolError, type GuestReply, MessageReader } from "./guest-protocol.ts";

const replies: readonly GuestReply[] = [
  { is: "ready" },
  { id: 7, is: "ended", code: 3, stdout: "ä\0\n", stderr: "" },
  { is: "received", bytes: 12 },
];

test("messages come out as they went in, however the line cuts them", () => {
  const bytes = Buffer.concat(replies.map(encodeMessage));
  for (const size of [1, 3, 5, bytes.length]) {
    const reader = new MessageReader<GuestReply>();
    const read: GuestReply[] = [];
    for (let at = 0; at < bytes.length; at += size) read.push(...reader.read(bytes.subarray(at, at + size)));
    assert.deepEqual(read, replies);
  }
});

test("a length that cannot be, and a body that is not JSON, are refused", () => {
  const reader = new MessageReader<GuestReply>();
  assert.throws(() => reader.read(Buffer.from("login: ")), GuestProtocolError);
  assert.throws(() => new MessageReader<GuestReply>().read(Buffer.from([0, 0, 0, 1, 0x7b])), GuestProtocolError);
});
