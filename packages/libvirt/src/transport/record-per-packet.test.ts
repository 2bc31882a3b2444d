import assert from "node:assert/strict";
import { test } from "node:test";
import { netLimits } from "../protocol/generated/net-constants.ts";
import { RecordPerPacket } from "./record-per-packet.ts";

function packet(byteLength: number): Buffer {
  const bytes = Buffer.alloc(byteLength);
  bytes.writeUInt32BE(byteLength);
  return bytes;
}

test("RecordPerPacket writes one packet at a time, in order, and says when it has caught up", () => {
  const written: number[] = [];
  const callbacks: (() => void)[] = [];
  let drained = 0;
  const writer = new RecordPerPacket(
    (bytes, done) => {
      written.push(bytes.length);
      callbacks.push(done);
    },
    () => drained++,
  );
  assert.equal(writer.send(Buffer.concat([packet(28), packet(40)])), true);
  assert.equal(writer.send(packet(netLimits.streamChunkBytes)), false);
  assert.equal(writer.send(packet(32)), false);
  const lengths = [28, 40, netLimits.streamChunkBytes, 32];
  for (let index = 0; index < lengths.length; index++) {
    assert.deepEqual(written, lengths.slice(0, index + 1));
    assert.equal(drained, 0);
    callbacks[index]?.();
  }
  assert.equal(drained, 1);
  assert.equal(writer.send(packet(28)), true);
  assert.equal(written.at(-1), 28);
});
