// Packets between Debian's virsh and a real libvirtd, recorded by record.ts; the first line of each file is the command.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MalformedXdr, XdrReader, XdrWriter } from "@yagura/xdr";
import { decodePacketHeader, encodePacketHeader } from "../src/protocol/generated/net-codecs.ts";
import { programs, packetStatuses as statuses, packetTypes as types } from "../src/protocol/generated/net-constants.ts";
import { qemuEventMessages } from "../src/protocol/generated/qemu-events.ts";
import { qemuProcedures } from "../src/protocol/generated/qemu-procedures.ts";
import { remoteEventMessages } from "../src/protocol/generated/remote-events.ts";
import { remoteProcedures } from "../src/protocol/generated/remote-procedures.ts";
import type { PacketHeader } from "../src/wire/header.ts";
import { type Codec, findCodec } from "./codec-by-name.ts";

const folder = join(import.meta.dirname, "captures");
const nothing: Codec = { encode: () => undefined, decode: () => undefined };

const methods: ReadonlyMap<string, string> = new Map([
  ...Object.entries(remoteProcedures).map(([method, { program, number }]) => [`${program} ${number}`, method] as const),
  ...Object.entries(qemuProcedures).map(
    ([method, { program, number }]) => [`${program} ${number}`, `qemu${pascal(method)}`] as const,
  ),
]);
const events = new Map([
  [programs.remote as number, remoteEventMessages],
  [programs.qemu as number, qemuEventMessages],
]);

/** What the payload of a packet is; `undefined` for the bytes of a stream. */
function codecOf({ prog, proc, type, status }: PacketHeader): Codec | undefined {
  if (type === types.stream && status !== statuses.error) return undefined;
  if (status === statuses.error) return findCodec("ErrorMessage");
  if (prog === programs.keepalive) return nothing;
  if (type === types.message) {
    const event = events.get(prog)?.get(proc);
    assert.ok(event, `event ${proc}`);
    const name = event.name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    return findCodec(prog === programs.qemu ? `qemu${pascal(name)}Message` : `${name}Message`);
  }
  const method = methods.get(`${prog} ${proc}`);
  assert.ok(method, `procedure ${proc} of ${prog}`);
  return findCodec(`${method}${type === types.call ? "Args" : "Result"}`) ?? nothing;
}

function pascal(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

function hasRounded(value: unknown): boolean {
  if (typeof value === "number") return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === "object" && value !== null && Object.values(value).some(hasRounded);
}

for (const file of readdirSync(folder).filter((name) => name.endsWith(".jsonl"))) {
  const [first = "", ...lines] = readFileSync(join(folder, file), "utf8").trim().split("\n");
  const packets = lines.map((line) => Buffer.from(JSON.parse(line).packet, "base64"));

  test(`${file}: each of ${packets.length} packets is understood, and written by us it is the same, byte by byte`, () => {
    assert.ok(Array.isArray(JSON.parse(first).command));
    for (const packet of packets) {
      const reader = new XdrReader();
      reader.reset(packet);
      const header = decodePacketHeader(reader);
      const codec = codecOf(header);
      if (codec === undefined) {
        assert.equal(header.type, types.stream);
        continue;
      }
      const value = codec.decode(reader);
      reader.finish();
      // The test driver's clocks are beyond 2^53: they are read to the nearest number, and not written.
      if (hasRounded(value)) continue;
      const writer = new XdrWriter();
      encodePacketHeader(writer, header);
      codec.encode(writer, value);
      assert.deepEqual(writer.take(), packet, `${JSON.stringify(header)} ${JSON.stringify(value)}`);
    }
  });

  test(`${file}: every truncation of every packet is refused`, () => {
    for (const packet of packets) {
      const reader = new XdrReader();
      reader.reset(packet);
      const codec = codecOf(decodePacketHeader(reader));
      const step = 4 * Math.max(1, Math.floor(packet.length / 800)); // Long texts need not be cut everywhere.
      for (let end = 24; codec !== undefined && end < packet.length; end += step) {
        reader.reset(packet, 0, end);
        decodePacketHeader(reader);
        assert.throws(() => codec.decode(reader), MalformedXdr);
      }
    }
  });
}
