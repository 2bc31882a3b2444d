import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeFrame, type Frame, FrameReader, FrameRefused, frame } from "./mod.ts";

function readAll(bytes: Uint8Array, chunkBytes = bytes.length): Frame[] {
  const reader = new FrameReader();
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes)
    frames.push(...reader.push(bytes.subarray(at, at + chunkBytes)));
  return frames;
}

const readText = (text: string): Frame[] => readAll(Buffer.from(text));

/** What a frame says, to compare. */
function plain({ command, headers, body }: Frame) {
  return { command, headers: Object.fromEntries(headers), body: body.toString() };
}

// What vdsm-client sends, with its two frames in one chunk (host-agent.md).
const captured = Buffer.from(
  "CONNECT\naccept-version:1.2\nheart-beat:0,24000\n\n\0" +
    "SUBSCRIBE\ndestination:407cb255-34be-432c-be7c-eb43b8de82be\nack:auto\nid:e8a936a2\n\n\0" +
    "\n\n" +
    'SEND\ncontent-length:20\ndestination:jms.topic.vdsm_requests\nreply-to:407cb255\n\n{"text":"a\\u0000b"}\n\0',
);

test("FrameReader finds the same frames however the stream is cut", () => {
  const whole = readAll(captured).map(plain);
  assert.deepEqual(
    whole.map(({ command }) => command),
    ["CONNECT", "SUBSCRIBE", "SEND"],
  );
  for (let chunkBytes = 1; chunkBytes <= captured.length; chunkBytes += 1) {
    assert.deepEqual(readAll(captured, chunkBytes).map(plain), whole, `chunks of ${chunkBytes} bytes`);
  }
  for (let at = 0; at <= captured.length; at += 1) {
    const reader = new FrameReader();
    const frames = [...reader.push(captured.subarray(0, at)), ...reader.push(captured.subarray(at))];
    assert.deepEqual(frames.map(plain), whole, `cut at ${at}`);
  }
});

test("FrameReader waits for the rest of a truncated frame and invents nothing", () => {
  const [first, second] = [captured.indexOf(0), captured.indexOf(0, captured.indexOf(0) + 1)];
  for (let length = 0; length < captured.length; length += 1) {
    const expected = length > second ? 2 : length > first ? 1 : 0;
    assert.equal(readAll(captured.subarray(0, length)).length, expected, `${length} bytes`);
  }
});

test("FrameReader gives both of two frames that arrive in one chunk", () => {
  const two = Buffer.concat([encodeFrame(frame("SEND", { a: "1" }, "x")), encodeFrame(frame("SEND", { a: "2" }, "y"))]);
  assert.deepEqual(new FrameReader().push(two).map(plain).length, 2);
});

test("FrameReader skips heart-beats between frames, also with carriage returns", () => {
  assert.deepEqual(readText("\n\r\n\nRECEIPT\nreceipt-id:1\n\n\0\n\n\r\nRECEIPT\nreceipt-id:2\n\n\0\n").map(plain), [
    { command: "RECEIPT", headers: { "receipt-id": "1" }, body: "" },
    { command: "RECEIPT", headers: { "receipt-id": "2" }, body: "" },
  ]);
});

test("FrameReader takes lines that end with CR LF", () => {
  assert.deepEqual(readText("SEND\r\ndestination:a\r\n\r\nbody\0").map(plain), [
    { command: "SEND", headers: { destination: "a" }, body: "body" },
  ]);
});

test("FrameReader undoes the escapes of STOMP 1.2 in names and values", () => {
  assert.deepEqual(readText("SEND\na\\cb:x\\ny\\\\z\\r\\c\n\n\0").map(plain)[0]?.headers, { "a:b": "x\ny\\z\r:" });
});

test("FrameReader takes the first of repeated headers", () => {
  assert.deepEqual(readText("SEND\nid:1\nid:2\ncontent-length:1\ncontent-length:999\n\nx\0").map(plain), [
    { command: "SEND", headers: { id: "1", "content-length": "1" }, body: "x" },
  ]);
});

test("FrameReader tolerates a raw colon in a value and says that it saw one", () => {
  const [raw] = readText("SUBSCRIBE\ndestination:topic:1\nid:a\n\n\0");
  assert.deepEqual([raw?.headers.get("destination"), raw?.hasRawColon], ["topic:1", true]);
  const [escaped] = readText("SUBSCRIBE\ndestination:topic\\c1\nid:a\n\n\0");
  assert.deepEqual([escaped?.headers.get("destination"), escaped?.hasRawColon], ["topic:1", false]);
});

test("FrameReader takes a body by content-length with NULs in it, and without content-length up to the NUL", () => {
  assert.equal(readText("SEND\ncontent-length:3\n\n\0\0\0\0")[0]?.body.length, 3);
  assert.equal(readText("SEND\n\nabc\0")[0]?.body.toString(), "abc");
});

test("FrameReader keeps spaces of a value, also at its end", () => {
  assert.equal(readText("SEND\na: b \n\n\0")[0]?.headers.get("a"), " b ");
});

const refused: Record<string, string> = {
  "an HTTP request": "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
  "a command in lower case": "connect\n\n\0",
  "binary before the first line end": "\x16\x03\x01\x02\x00\n\n",
  "a header without a colon": "SEND\nnonsense\n\n\0",
  "an unknown escape": "SEND\na:\\t\n\n\0",
  "an escape at the end of a value": "SEND\na:b\\\n\n\0",
  "a NUL among the headers": "SEND\na:b\0\n\n\0",
  "a negative content-length": "SEND\ncontent-length:-1\n\n\0",
  "a content-length that is no number": "SEND\ncontent-length:1e3\n\n\0",
  "a content-length of gigabytes": "SEND\ncontent-length:99999999999\n\n",
  "a content-length that is longer than a number can be": `SEND\ncontent-length:${"9".repeat(400)}\n\n`,
  "a body that goes on after its content-length": "SEND\ncontent-length:1\n\nab\0",
  "too many headers": `SEND\n${"a:b\n".repeat(65)}\n\0`,
  "a header block without end": `SEND\na:${"x".repeat(17_000)}`,
};
for (const [name, text] of Object.entries(refused)) {
  test(`FrameReader refuses ${name}`, () => {
    assert.throws(() => readText(text), FrameRefused);
    assert.throws(() => readAll(Buffer.from(text, "latin1"), 1), FrameRefused);
  });
}

test("FrameReader refuses a header that is not UTF-8", () => {
  assert.throws(
    () => readAll(Buffer.concat([Buffer.from("SEND\na:"), Buffer.of(0xff, 0xfe), Buffer.from("\n\n\0")])),
    FrameRefused,
  );
});

test("FrameReader leaves an unknown escape in CONNECT alone, which has no escapes in STOMP 1.2", () => {
  assert.equal(readText("CONNECT\nhost:DOMAIN\\user\n\n\0")[0]?.headers.get("host"), "DOMAIN\\user");
});

test("FrameReader refuses a body that is too long before all of it has come, with and without content-length", () => {
  const limits = { bodyBytesMax: 1000 };
  assert.throws(() => new FrameReader(limits).push(Buffer.from("SEND\ncontent-length:1001\n\n")), FrameRefused);
  const reader = new FrameReader(limits);
  reader.push(Buffer.from("SEND\n\n"));
  assert.throws(() => {
    for (let count = 0; count < 1002; count += 1) reader.push(Buffer.from("x"));
  }, FrameRefused);
});

test("FrameReader joins a long body once, not at every chunk", () => {
  const body = Buffer.alloc(8 * 1024 * 1024, 65);
  for (const withLength of [true, false]) {
    const bytes = Buffer.concat([
      Buffer.from(withLength ? `SEND\ncontent-length:${body.length}\n\n` : "SEND\n\n"),
      body,
      Buffer.of(0),
    ]);
    const started = performance.now();
    assert.equal(readAll(bytes, 1400)[0]?.body.length, body.length);
    assert.ok(performance.now() - started < 3000, "it took longer than copying once can take");
  }
});

const headerText = fc.string({ unit: "binary", maxLength: 40 });
const anyFrame = fc.record({
  command: fc.constantFrom("SEND", "MESSAGE", "SUBSCRIBE", "RECEIPT", "ERROR"),
  headers: fc.dictionary(
    headerText.filter((name) => name !== "content-length" && !name.includes("\0")),
    headerText.filter((value) => !value.includes("\0")),
    { maxKeys: 4 },
  ),
  body: fc.uint8Array({ maxLength: 200 }),
});

test("whatever is encoded is read again, however it is cut", () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 4 }), fc.integer({ min: 1, max: 60 }), (frames, chunkBytes) => {
      const made = frames.map(({ command, headers, body }) => frame(command, headers, body));
      const read = readAll(Buffer.concat(made.map((one) => encodeFrame(one))), chunkBytes);
      const expected = made.map((one) => ({
        ...one,
        headers: new Map([
          ...one.headers,
          ...(one.body.length > 0 ? [["content-length", String(one.body.length)] as const] : []),
        ]),
      }));
      assert.deepEqual(
        read.map(({ command, headers, body }) => ({ command, headers, body: Buffer.from(body) })),
        expected.map(({ command, headers, body }) => ({ command, headers, body })),
      );
    }),
  );
});

test("FrameReader gives frames or refuses, whatever the bytes", () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .array(fc.constantFrom("SEND", "\n", "\r\n", "\0", ":", "\\", "\\n", "content-length", "5", "a", "é"), {
        maxLength: 40,
      })
      .map((parts) => Buffer.from(parts.join(""))),
  );
  fc.assert(
    fc.property(noise, fc.integer({ min: 1, max: 20 }), (bytes, chunkBytes) => {
      try {
        readAll(bytes, chunkBytes);
      } catch (error) {
        assert.ok(error instanceof FrameRefused, String(error));
      }
    }),
  );
});
