import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientStompSession, encodeFrame, frame, requestFrame, subscribeFrame } from "./mod.ts";

const times = { sendEveryMs: 0, expectEveryMs: 30_000 };

test("a client says what VDSM's own client says", () => {
  const session = new ClientStompSession({ times });
  assert.equal(encodeFrame(session.connectFrame()).toString(), "CONNECT\naccept-version:1.2\nheart-beat:0,24000\n\n\0");
  assert.equal(encodeFrame(subscribeFrame("d", "i")).toString(), "SUBSCRIBE\ndestination:d\nack:auto\nid:i\n\n\0");
  assert.equal(
    encodeFrame(requestFrame({ destination: "q", replyTo: "d", correlationId: "f" }, "{}")).toString(),
    "SEND\ndestination:q\nreply-to:d\novirtCorrelationId:f\ncontent-length:2\n\n{}\0",
  );
});

test("CONNECTED of version 1.2 makes it ready; of another version, or twice, ends it", () => {
  const session = new ClientStompSession({ times });
  const ready = session.handle(frame("CONNECTED", { version: "1.2", "heart-beat": "24000,0" }));
  assert.deepEqual(ready, [{ do: "ready", times }]);
  assert.equal(session.handle(frame("CONNECTED", { version: "1.2" }))[0]?.do, "close");
  assert.equal(new ClientStompSession({ times }).handle(frame("CONNECTED", { version: "1.1" }))[0]?.do, "close");
});

test("an ERROR ends the connection with its text", () => {
  const [effect] = new ClientStompSession({ times }).handle(frame("ERROR", {}, "Version unsupported"));
  assert.ok(effect?.do === "close");
  assert.equal(effect.reason.message, "Version unsupported");
});

test("a frame that only clients send ends the connection", () => {
  assert.equal(new ClientStompSession({ times }).handle(frame("SEND", {}, "x"))[0]?.do, "close");
});
