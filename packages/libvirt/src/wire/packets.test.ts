import assert from "node:assert/strict";
import { test } from "node:test";
import { CannotEncode } from "@yagura/xdr";
import { ProtocolError } from "../errors.ts";
import { checkHeader, type PacketHeader } from "./header.ts";
import { PacketReader } from "./packet-reader.ts";
import { encodeRaw, PacketWriter } from "./packet-writer.ts";

const header: PacketHeader = { prog: 1, vers: 1, proc: 2, type: 1, serial: 3, status: 0 };

function packet(payloadBytes: number): Buffer {
  const writer = new PacketWriter();
  writer.add(header, encodeRaw, Buffer.alloc(payloadBytes, payloadBytes));
  return writer.take();
}

function read(stream: Buffer, chunkBytes: number): Buffer[] {
  const found: Buffer[] = [];
  const reader = new PacketReader((bytes, start, end) => found.push(Buffer.from(bytes.subarray(start, end))));
  const chunk = Buffer.alloc(chunkBytes);
  for (let at = 0; at < stream.length; at += chunkBytes) {
    const length = stream.copy(chunk, 0, at); // One buffer for all chunks, as the socket has it.
    reader.push(chunk.subarray(0, length));
  }
  assert.equal(reader.heldBytes, 0);
  return found;
}

test("PacketReader finds the same packets however the stream is cut", () => {
  const sizes = [0, 4, 200, 0, 70_000, 4];
  const packets = sizes.map(packet);
  const stream = Buffer.concat(packets);
  for (const chunkBytes of [1, 2, 3, 7, 27, 28, 29, 1000, 65_536, stream.length]) {
    assert.deepEqual(
      read(stream, chunkBytes),
      packets.map((bytes) => bytes.subarray(4)),
      `chunks of ${chunkBytes}`,
    );
  }
});

test("PacketReader reads the largest packet there may be, and refuses one byte more before it arrives", () => {
  const largest = packet(33_554_408);
  assert.deepEqual(
    read(largest, 256 * 1024).map((bytes) => bytes.length),
    [33_554_432],
  );
  const reader = new PacketReader(() => assert.fail("not a packet"));
  assert.throws(() => reader.push(Buffer.from("02000005", "hex")), ProtocolError);
});

test("PacketReader refuses lengths that cannot hold a header, also when they come byte by byte", () => {
  for (const hex of ["00000000", "0000001b", "ffffffff", "7fffffff"]) {
    const whole = new PacketReader(() => assert.fail("not a packet"));
    assert.throws(() => whole.push(Buffer.from(hex, "hex")), /impossible packet length/);
    const slow = new PacketReader(() => assert.fail("not a packet"));
    assert.throws(() => {
      for (const byte of Buffer.from(hex, "hex")) slow.push(Buffer.of(byte));
    }, /impossible packet length/);
  }
});

test("PacketReader says when a stream ends in the middle of a packet", () => {
  const bytes = packet(100);
  for (let length = 1; length < bytes.length; length++) {
    const reader = new PacketReader(() => assert.fail("not a packet"));
    reader.push(bytes.subarray(0, length));
    assert.equal(reader.heldBytes, length);
  }
});

test("PacketWriter takes a packet back that cannot be encoded, and keeps its neighbours", () => {
  const writer = new PacketWriter();
  const encode = (xdr: Parameters<typeof encodeRaw>[0], text: string): void => xdr.string(text, 5);
  writer.add(header, encode, "one");
  assert.throws(() => writer.add(header, encode, "too long"), CannotEncode);
  writer.add(header, encode, "two");
  assert.equal(writer.take().length, 2 * (28 + 8));
  assert.equal(writer.pendingBytes, 0);
});

test("PacketWriter refuses a packet that no daemon would take", () => {
  const writer = new PacketWriter();
  assert.throws(() => writer.add(header, encodeRaw, new Uint8Array(33_554_409)), CannotEncode);
  assert.equal(writer.pendingBytes, 0);
});

test("checkHeader refuses types and statuses that the protocol does not have", () => {
  checkHeader(header);
  assert.throws(() => checkHeader({ ...header, type: 7 }), ProtocolError);
  assert.throws(() => checkHeader({ ...header, status: 3 }), ProtocolError);
});
