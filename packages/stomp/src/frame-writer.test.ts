import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeFrame, frame, HeadersTooLong } from "./mod.ts";

test("encodeFrame writes what VDSM writes", () => {
  const message = frame("MESSAGE", { destination: "d", "content-type": "application/json", subscription: "s" }, "{}");
  assert.equal(
    encodeFrame(message).toString(),
    "MESSAGE\ndestination:d\ncontent-type:application/json\nsubscription:s\ncontent-length:2\n\n{}\0",
  );
  assert.equal(encodeFrame(frame("CONNECTED", { version: "1.2" })).toString(), "CONNECTED\nversion:1.2\n\n\0");
});

test("encodeFrame says the length in bytes, not in characters", () => {
  assert.match(encodeFrame(frame("SEND", {}, "é€")).toString(), /content-length:5\n/);
});

test("encodeFrame escapes line breaks, backslashes and colons", () => {
  assert.equal(encodeFrame(frame("SEND", { "a:b": "c:d\ne\\\r" })).toString(), "SEND\na\\cb:c\\cd\\ne\\\\\\r\n\n\0");
});

test("for a peer that undoes no escapes a colon goes out raw, and a line break still cannot get out", () => {
  const header = frame("MESSAGE", { destination: "a:b\nc:d" });
  assert.equal(encodeFrame(header, { escapeColons: false }).toString(), "MESSAGE\ndestination:a:b\\nc:d\n\n\0");
});

test("encodeFrame refuses a header block that oVirt's Java client would not take", () => {
  const longest = 1024 - "SEND\na:\n\n".length;
  assert.equal(encodeFrame(frame("SEND", { a: "x".repeat(longest) })).length, 1025);
  assert.throws(() => encodeFrame(frame("SEND", { a: "x".repeat(longest + 1) })), HeadersTooLong);
});
