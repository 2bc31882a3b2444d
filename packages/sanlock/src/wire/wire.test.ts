import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CannotEncode, SanlockProtocolError } from "./errors.ts";
import { decodeHeader, encodeRequest, MESSAGE_BYTES_MAX } from "./header.ts";
import { decodeHeldLeases } from "./held-leases.ts";
import { MessageReader } from "./message-reader.ts";
import { decodeStatus } from "./status-records.ts";
import { StructReader } from "./struct-reader.ts";
import {
  decodeEvent,
  decodeHosts,
  decodeLockspace,
  decodeResource,
  encodeHostEvent,
  encodeLockspace,
  encodeOwner,
  encodeResource,
  encodeResourceName,
  geometryFlags,
  readGeometry,
} from "./structs.ts";

const MiB = 1024 * 1024;
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
const lease = { lockspace: "space", name: "SDM", path: "/rhev/leases", offsetBytes: MiB };
const lockspace = { name: "space", hostId: 7, path: "/rhev/ids", offsetBytes: 0 };

test("a request is a header that counts itself, and its parts one after the other", () => {
  const bytes = encodeRequest("acquire", { flags: 8, data: 2, data2: 0xffffffff }, hex("aabb"), hex("cc"));
  assert.deepEqual(bytes, hex("10202804 01000000 07000000 08000000 23000000 00000000 02000000 ffffffff aabb cc"));
});

test("a lockspace lies where C puts it", () => {
  const bytes = Buffer.from(encodeLockspace(lockspace, geometryFlags({ sectorBytes: 512, alignmentBytes: MiB })));
  assert.equal(bytes.length, 1104);
  assert.equal(bytes.toString("latin1", 0, 6), "space\0");
  assert.equal(bytes.readBigUInt64LE(48), 7n);
  assert.equal(bytes.readUInt32LE(56), 0x110);
  assert.equal(bytes.toString("latin1", 64, 74), "/rhev/ids\0");
  assert.equal(bytes.readBigUInt64LE(64 + 1024), 0n);
  assert.deepEqual(decodeLockspace(new StructReader(bytes)), {
    ...lockspace,
    geometry: { sectorBytes: 512, alignmentBytes: MiB },
  });
});

test("a resource lies where C puts it, with its one disk behind it", () => {
  const bytes = Buffer.from(encodeResource(lease, { flags: 0x5, version: 9 }));
  assert.equal(bytes.length, 128 + 1040);
  assert.equal(bytes.toString("latin1", 48, 52), "SDM\0");
  assert.equal(bytes.readBigUInt64LE(96), 9n);
  assert.deepEqual([bytes.readUInt32LE(120), bytes.readUInt32LE(124)], [5, 1]);
  assert.equal(bytes.readBigUInt64LE(128 + 1024), BigInt(MiB));
  const { path, offsetBytes, ...names } = lease;
  assert.deepEqual(decodeResource(new StructReader(bytes), true), {
    ...names,
    version: 9,
    flags: 5,
    disks: [{ path, offsetBytes }],
  });
  assert.equal(encodeResourceName(lease).length, 128);
  assert.equal(encodeOwner("yagura").length, 56);
});

test("a name may fill its field; one byte more, or what has a meaning elsewhere, is refused before anything is sent", () => {
  const name = "n".repeat(48);
  assert.equal(decodeResource(new StructReader(encodeResource({ ...lease, name })), true).name, name);
  for (const wrong of ["n".repeat(49), "櫓".repeat(17), "a:b", "a b", "a\\b", "a\nb", "a\0b"]) {
    assert.throws(() => encodeResource({ ...lease, name: wrong }), CannotEncode, JSON.stringify(wrong));
  }
});

test("a path keeps its last byte for the zero", () => {
  const path = `/${"p".repeat(1022)}`;
  assert.equal(decodeResource(new StructReader(encodeResource({ ...lease, path })), true).disks[0]?.path, path);
  for (const wrong of [`${path}p`, "", "/a\0b"]) {
    assert.throws(() => encodeResource({ ...lease, path: wrong }), CannotEncode);
  }
  for (const offsetBytes of [-1, 0.5, Number.NaN, 2 ** 60]) {
    assert.throws(() => encodeResource({ ...lease, offsetBytes }), CannotEncode);
  }
});

test("only the combinations of sector and alignment that sanlock has can be written", () => {
  const good = [
    [512, 1, 0x110],
    [4096, 1, 0x210],
    [4096, 2, 0x220],
    [4096, 4, 0x240],
    [4096, 8, 0x280],
  ] as const;
  for (const [sectorBytes, alignment, flags] of good) {
    const geometry = { sectorBytes, alignmentBytes: alignment * MiB };
    assert.equal(geometryFlags(geometry), flags);
    assert.deepEqual(readGeometry(flags), geometry);
  }
  assert.throws(() => geometryFlags({ sectorBytes: 512, alignmentBytes: 2 * MiB }), CannotEncode);
  assert.throws(() => geometryFlags({ sectorBytes: 4096, alignmentBytes: 3 * MiB }), CannotEncode);
  assert.equal(readGeometry(0), undefined);
});

test("hosts are as many as announced", () => {
  const bytes = Buffer.alloc(64);
  bytes.writeBigUInt64LE(2n, 32);
  bytes.writeBigUInt64LE(5n, 40);
  bytes.writeBigUInt64LE(99n, 48);
  bytes.writeUInt32LE(10, 56);
  bytes.writeUInt32LE(3, 60);
  const [, second] = decodeHosts(new StructReader(bytes), 2);
  assert.deepEqual(second, { hostId: 2, generation: 5, timestampSeconds: 99, ioTimeoutSeconds: 10, flags: 3 });
  for (const count of [0, 1, 3]) assert.throws(() => decodeHosts(new StructReader(bytes), count), SanlockProtocolError);
});

test("an event carries all 64 bits, and its sender", () => {
  const event = { hostId: 1, generation: 2, event: 1n << 63n, data: 0xffff_ffff_ffff_ffffn };
  const from = Buffer.alloc(16);
  from.writeBigUInt64LE(3n, 0);
  from.writeBigUInt64LE(4n, 8);
  const bytes = Buffer.concat([encodeHostEvent(event), from]);
  assert.deepEqual(decodeEvent(new StructReader(bytes)), { ...event, from: { hostId: 3, generation: 4 } });
  assert.throws(() => decodeEvent(new StructReader(Buffer.concat([bytes, from]))), SanlockProtocolError);
});

test("every structure that is cut short is refused, wherever it is cut", () => {
  const whole: [Uint8Array, (reader: StructReader) => unknown][] = [
    [encodeLockspace(lockspace), decodeLockspace],
    [encodeResource(lease), (reader) => decodeResource(reader, true)],
    [new Uint8Array(48), decodeEvent],
    [new Uint8Array(64), (reader) => decodeHosts(reader, 2)],
  ];
  for (const [bytes, decode] of whole) {
    decode(new StructReader(bytes));
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => decode(new StructReader(bytes.subarray(0, length))), SanlockProtocolError, `${length} bytes`);
    }
  }
});

test("a number that would be changed by being read is refused", () => {
  const bytes = Buffer.from(encodeResource(lease));
  bytes.writeBigUInt64LE(2n ** 53n, 96);
  assert.throws(() => decodeResource(new StructReader(bytes), false), SanlockProtocolError);
});

test("a lease on more disks than there can be is refused before they are read", () => {
  const bytes = Buffer.from(encodeResource(lease));
  bytes.writeUInt32LE(0xffffffff, 124);
  assert.throws(() => decodeResource(new StructReader(bytes), true), /4294967295 disks/);
});

const header = (fields: { magic?: number; version?: number; length?: number }): Uint8Array => {
  const bytes = Buffer.alloc(32);
  bytes.writeUInt32LE(fields.magic ?? 0x04282010, 0);
  bytes.writeUInt32LE(fields.version ?? 1, 4);
  bytes.writeUInt32LE(fields.length ?? 32, 16);
  bytes.writeInt32LE(-243, 24);
  return bytes;
};

test("a header with another magic, a newer protocol or an impossible length is refused", () => {
  assert.equal(decodeHeader(header({})).result, -243);
  assert.equal(decodeHeader(header({ version: 0xffff })).version, 0xffff);
  for (const wrong of [
    { magic: 0x10202804 },
    { version: 0x10000 },
    { length: 31 },
    { length: 0 },
    { length: MESSAGE_BYTES_MAX + 1 },
    { length: 0xffffffff },
  ]) {
    assert.throws(() => decodeHeader(header(wrong)), SanlockProtocolError, JSON.stringify(wrong));
  }
});

test("MessageReader finds the same messages however the stream is cut", () => {
  const bodies = [0, 5, 70_000, 0, 1].map((length) => new Uint8Array(length).fill(length % 251));
  const stream = Buffer.concat(bodies.map((body) => encodeRequest("inquire", {}, body)));
  for (const size of [1, 7, 31, 32, 33, 4096, stream.length]) {
    const reader = new MessageReader();
    const found: Uint8Array[] = [];
    const chunk = Buffer.alloc(size);
    for (let at = 0; at < stream.length; at += size) {
      const length = stream.copy(chunk, 0, at); // One buffer for all chunks, as a socket may have it.
      found.push(...reader.push(chunk.subarray(0, length)).map(({ body }) => body));
    }
    assert.deepEqual(found, bodies, `chunks of ${size}`);
  }
});

const text = (value: string): Uint8Array => new TextEncoder().encode(`${value}\0`);

test("what a connection holds is read with its versions, and paths that were escaped", () => {
  const held = decodeHeldLeases(text("space:SDM:/a\\:b\\ c:1048576:12 space:v:/x:0:/y:5:SH"), 2);
  assert.deepEqual(held, [
    { lockspace: "space", name: "SDM", places: [{ path: "/a:b c", offsetBytes: MiB }], version: 12 },
    {
      lockspace: "space",
      name: "v",
      places: [
        { path: "/x", offsetBytes: 0 },
        { path: "/y", offsetBytes: 5 },
      ],
    },
  ]);
  assert.deepEqual(decodeHeldLeases(new Uint8Array(0), 0), []);
});

test("what a connection holds is refused when it is not of that form", () => {
  for (const wrong of ["a", "a:b", "a:b:3", "a:b:/p:0", "a:b:/p:x:1", "a:b:/p:0:-1", "a:b:/p:0:1 ", ":::::::"]) {
    assert.throws(() => decodeHeldLeases(text(wrong), 1), SanlockProtocolError, wrong);
  }
  assert.throws(() => decodeHeldLeases(text("a:b:/p:0:1"), 2), SanlockProtocolError);
  const whole = "space:SDM:/leases:1048576:12";
  for (let length = 0; length < whole.lastIndexOf(":") + 1; length++) {
    assert.throws(() => decodeHeldLeases(text(whole.slice(0, length)), 1), SanlockProtocolError, `${length}`);
  }
});

test("any bytes are either read or refused, never anything else", () => {
  const decoders: ((bytes: Uint8Array) => unknown)[] = [
    (bytes) => new MessageReader().push(bytes),
    (bytes) => decodeHeldLeases(bytes, 1),
    decodeStatus,
    (bytes) => decodeLockspace(new StructReader(bytes)),
  ];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(decoders.length - 1), (bytes, which) => {
      try {
        decoders[which]?.(bytes);
      } catch (error) {
        assert.ok(error instanceof SanlockProtocolError, String(error));
      }
    }),
  );
});

function record(type: number, fields: { pid?: number; name?: string; text?: string }, ...rest: Uint8Array[]): Buffer {
  const words = text(fields.text ?? "");
  const bytes = Buffer.alloc(80);
  bytes.writeUInt32LE(type, 0);
  bytes.writeInt32LE(fields.pid ?? 0, 8);
  bytes.write(fields.name ?? "", 24);
  bytes.writeUInt32LE(words.length, 72);
  return Buffer.concat([bytes, words, ...rest]);
}

const status = Buffer.concat([
  record(1, { name: "host-a", text: "uid=0 monotime=5" }),
  record(2, { pid: 4711, name: "agent", text: "ci=3" }),
  record(3, { name: "space", text: "list=spaces io_timeout=2" }, encodeLockspace(lockspace)),
  record(4, { pid: 4711, name: "SDM", text: "list=held lver=3" }, encodeResource(lease, { version: 3 })),
]);

test("a status names the daemon, its clients, lockspaces and leases", () => {
  const { path, offsetBytes, ...names } = lease;
  assert.deepEqual(decodeStatus(status), {
    hostName: "host-a",
    details: { uid: "0", monotime: "5" },
    clients: [{ pid: 4711, name: "agent", details: { ci: "3" } }],
    lockspaces: [{ ...lockspace, geometry: undefined, details: { list: "spaces", io_timeout: "2" } }],
    leases: [
      {
        ...names,
        version: 3,
        flags: 0,
        disks: [{ path, offsetBytes }],
        pid: 4711,
        details: { list: "held", lver: "3" },
      },
    ],
  });
});

test("a status cut anywhere but between two records is refused", () => {
  const ends = [1, 2, 3, 4].map((count) =>
    [
      record(1, { text: "uid=0 monotime=5" }),
      record(2, { text: "ci=3" }),
      record(3, { text: "list=spaces io_timeout=2" }, encodeLockspace(lockspace)),
      record(4, { text: "list=held lver=3" }, encodeResource(lease)),
    ]
      .slice(0, count)
      .reduce((sum, { length }) => sum + length, 0),
  );
  for (let length = 0; length < status.length; length++) {
    if (ends.includes(length)) continue;
    assert.throws(() => decodeStatus(status.subarray(0, length)), SanlockProtocolError, `${length} bytes`);
  }
});

test("a status with an unknown record, or an endless text, is refused", () => {
  assert.throws(() => decodeStatus(Buffer.concat([status, record(5, {})])), /type 5/);
  const endless = Buffer.from(status);
  endless.writeUInt32LE(0xffffffff, 72);
  assert.throws(() => decodeStatus(endless), SanlockProtocolError);
});
