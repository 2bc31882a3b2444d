import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteStream, type StreamPort } from "./stream.ts";
import { decideGate, UNREAD_BYTES_MAX } from "./stream-gate.ts";

function openStream(overrides: Partial<StreamPort> = {}): { stream: ByteStream; sent: string[]; unread: () => number } {
  const sent: string[] = [];
  let unread = 0;
  const stream = new ByteStream({
    sendData: (bytes) => sent.push(`data ${bytes.length}`),
    sendHole: (length) => sent.push(`hole ${length}`),
    sendFinish: () => sent.push("finish"),
    sendAbort: () => sent.push("abort"),
    canSend: () => undefined,
    bufferedChanged: (by) => {
      unread += by;
    },
    ...overrides,
  });
  return { stream, sent, unread: () => unread };
}

const data = (text: string) => ({ kind: "data", bytes: Buffer.from(text) }) as const;

async function collect(stream: ByteStream): Promise<string> {
  let text = "";
  for await (const bytes of stream) text += Buffer.from(bytes).toString();
  return text;
}

test("ByteStream gives what arrived, says finish at the end, and ends when the daemon agrees", async () => {
  const { stream, sent, unread } = openStream();
  const reading = collect(stream);
  stream.receive(data("one "));
  stream.receive({ kind: "hole", lengthBytes: 3 });
  stream.receive(data(" two"));
  stream.receive(data(""));
  setImmediate(() => stream.ended());
  assert.equal(await reading, "one \0\0\0 two");
  assert.deepEqual(sent, ["finish"]);
  assert.equal(unread(), 0);
});

test("ByteStream is aborted when its reader leaves early, once", async () => {
  const { stream, sent, unread } = openStream();
  stream.receive(data("one"));
  stream.receive(data("two"));
  for await (const _ of stream) break;
  stream.abort();
  assert.deepEqual(sent, ["abort"]);
  assert.equal(unread(), 0);
  await assert.rejects(stream.read(), /aborted/);
});

test("ByteStream hands the daemon's failure to whoever reads, writes or finishes", async () => {
  const { stream } = openStream();
  const reading = stream.read();
  stream.fail(new Error("disk full"));
  await assert.rejects(reading, /disk full/);
  await assert.rejects(stream.write(Buffer.from("x")), /disk full/);
  await assert.rejects(stream.finish(), /disk full/);
});

test("ByteStream cuts what is written into packets, and waits while much is on its way", async () => {
  const gate = Promise.withResolvers<void>();
  let isClogged = true;
  const { stream, sent } = openStream({ canSend: () => (isClogged ? gate.promise : undefined) });
  const writing = stream.write(Buffer.alloc(600_000));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(sent, ["data 262120"]);
  isClogged = false;
  gate.resolve();
  await writing;
  await stream.writeHole(1_000_000);
  assert.deepEqual(sent, ["data 262120", "data 262120", "data 75760", "hole 1000000"]);
});

test("ByteStream does not let anyone write after its end", async () => {
  const { stream } = openStream();
  stream.ended();
  await assert.rejects(stream.write(Buffer.from("x")), /has ended/);
  await assert.rejects(stream.writeHole(1), /has ended/);
  await stream.finish();
});

test("ByteStream expands a hole of any length in bounded portions", async () => {
  const { stream } = openStream();
  stream.receive({ kind: "hole", lengthBytes: 1_000_000 });
  stream.receive(data(""));
  setImmediate(() => stream.ended());
  const lengths: number[] = [];
  for await (const bytes of stream) lengths.push(bytes.length);
  assert.deepEqual(lengths, [262_120, 262_120, 262_120, 213_640]);
});

test("decideGate pauses for a slow reader only while nobody waits for an answer, and never lets memory run away", () => {
  const state = { unreadBytes: 10, allowedBytes: 20, callsInFlight: 0 };
  assert.equal(decideGate(state), "read");
  assert.equal(decideGate({ ...state, unreadBytes: 21 }), "pause");
  assert.equal(decideGate({ ...state, unreadBytes: 21, callsInFlight: 1 }), "read");
  assert.equal(decideGate({ ...state, unreadBytes: UNREAD_BYTES_MAX + 1, callsInFlight: 1 }), "abort");
});
