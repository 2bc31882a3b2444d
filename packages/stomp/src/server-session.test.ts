import assert from "node:assert/strict";
import { test } from "node:test";
import { type Frame, frame, type ServerEffect, ServerStompSession } from "./mod.ts";

function connected(): ServerStompSession {
  const session = new ServerStompSession();
  session.handle(frame("CONNECT", { "accept-version": "1.2", "heart-beat": "0,0" }));
  return session;
}

/** What the effects say, short: `ERROR text`, `RECEIPT 1`, `close`, `request d`. */
function short(effects: readonly ServerEffect[]): string[] {
  return effects.map(shortEffect);
}

function shortEffect(effect: ServerEffect): string {
  switch (effect.do) {
    case "send":
      return describe(effect.frame);
    case "request":
      return `request for ${effect.replyTo}${effect.correlationId === undefined ? "" : ` (${effect.correlationId})`}`;
    case "forward":
      return `forward ${effect.destination}${effect.isRequest ? " (request)" : ""}`;
    case "beat":
      return `beat ${effect.times.sendEveryMs}/${effect.times.expectEveryMs}`;
    case "close":
      return `close: ${effect.because}`;
  }
}

function describe({ command, headers, body }: Frame): string {
  const detail = body.length > 0 ? body.toString() : [...headers].map((header) => header.join(":")).join(" ");
  return `${command} ${detail}`;
}

test("CONNECT is answered with the version and the heart-beats turned round", () => {
  const session = new ServerStompSession();
  const effects = session.handle(frame("CONNECT", { "accept-version": "1.2", "heart-beat": "2000,24000" }));
  assert.deepEqual(short(effects), ["CONNECTED version:1.2 heart-beat:24000,2000", "beat 19200/3000"]);
});

for (const version of [undefined, "1.0,1.1,1.2", "1.1", "1.20"]) {
  test(`accept-version ${version} is refused: it must be exactly 1.2`, () => {
    const effects = new ServerStompSession().handle(frame("CONNECT", { "accept-version": version }));
    assert.deepEqual(short(effects), ["ERROR Version unsupported", "close: Version unsupported"]);
  });
}

test("a frame before CONNECT is refused", () => {
  const effects = new ServerStompSession().handle(frame("SEND", { destination: "jms.topic.vdsm_requests" }, "{}"));
  assert.deepEqual(short(effects), ["ERROR Not connected", "close: Not connected"]);
});

test("a second CONNECT is refused", () => {
  assert.deepEqual(
    short(connected().handle(frame("CONNECT", { "accept-version": "1.2" }))).at(-1),
    "close: Already connected",
  );
});

test("SUBSCRIBE without destination or id gets an ERROR, and the connection goes on", () => {
  const session = connected();
  for (const headers of [{}, { destination: "d" }, { id: "1" }, { destination: "", id: "1" }]) {
    assert.deepEqual(short(session.handle(frame("SUBSCRIBE", headers))), [
      "ERROR Missing destination or subscription id header",
    ]);
  }
  assert.deepEqual(session.handle(frame("SUBSCRIBE", { destination: "d", id: "1" })), []);
  assert.deepEqual(session.subscriptionsTo("d"), ["1"]);
});

test("a subscription id that exists gets an ERROR and changes nothing", () => {
  const session = connected();
  session.handle(frame("SUBSCRIBE", { destination: "a", id: "1" }));
  assert.deepEqual(short(session.handle(frame("SUBSCRIBE", { destination: "b", id: "1" }))), [
    "ERROR Subscription id already exists",
  ]);
  assert.deepEqual([session.subscriptionsTo("a"), session.subscriptionsTo("b")], [["1"], []]);
});

test("UNSUBSCRIBE ends a subscription; one that does not exist is no error; without id it is", () => {
  const session = connected();
  session.handle(frame("SUBSCRIBE", { destination: "a", id: "1" }));
  assert.deepEqual(session.handle(frame("UNSUBSCRIBE", { id: "1" })), []);
  assert.deepEqual(session.handle(frame("UNSUBSCRIBE", { id: "1" })), []);
  assert.deepEqual(short(session.handle(frame("UNSUBSCRIBE"))), ["ERROR Missing id header"]);
  assert.deepEqual(session.subscriptionsTo("a"), []);
});

test("DISCONNECT with a receipt gets it before the end; without one it just ends", () => {
  assert.deepEqual(short(connected().handle(frame("DISCONNECT", { receipt: "77" }))), [
    "RECEIPT receipt-id:77",
    "close: the peer disconnected",
  ]);
  assert.deepEqual(short(connected().handle(frame("DISCONNECT"))), ["close: the peer disconnected"]);
});

test("any other frame with a receipt gets it as well", () => {
  assert.deepEqual(short(connected().handle(frame("SUBSCRIBE", { destination: "a", id: "1", receipt: "5" }))), [
    "RECEIPT receipt-id:5",
  ]);
});

test("SEND to a request destination, or below one, is a request; replies go where reply-to says", () => {
  const session = connected();
  const headers = { destination: "jms.topic.vdsm_requests", "reply-to": "me", ovirtCorrelationId: "flow" };
  assert.deepEqual(short(session.handle(frame("SEND", headers, "{}"))), [
    "forward jms.topic.vdsm_requests (request)",
    "request for me (flow)",
  ]);
  for (const destination of ["jms.topic.vdsm_irs_requests", "jms.topic.vdsm_requests.below"]) {
    assert.equal(
      short(session.handle(frame("SEND", { destination }, "{}")))[1],
      "request for jms.topic.vdsm_responses",
    );
  }
});

test("SEND elsewhere is passed on to subscribers, and is no request", () => {
  for (const destination of ["other", "jms.topic.vdsm_requests_not", "jms.topic"]) {
    assert.deepEqual(short(connected().handle(frame("SEND", { destination }, "x"))), [`forward ${destination}`]);
  }
});

test("a forwarded frame reaches subscriptions to the destination and to its parents; an answer only exact ones", () => {
  const session = connected();
  for (const [id, destination] of Object.entries({ 1: "a", 2: "a.b", 3: "a.b.c", 4: "a.bc" })) {
    session.handle(frame("SUBSCRIBE", { destination, id }));
  }
  assert.deepEqual(session.subscriptionsOver("a.b"), ["1", "2"]);
  assert.deepEqual(session.subscriptionsTo("a.b"), ["2"]);
});

test("a command that a server does not know is refused", () => {
  assert.equal(short(connected().handle(frame("BEGIN", { transaction: "1" }))).at(-1), "close: Unknown command BEGIN");
});

test("subscriptions are bounded in number and in length", () => {
  const session = connected();
  for (let count = 0; count < 100; count += 1)
    session.handle(frame("SUBSCRIBE", { destination: "d", id: String(count) }));
  assert.deepEqual(short(session.handle(frame("SUBSCRIBE", { destination: "d", id: "x" }))), [
    "ERROR Too many subscriptions",
  ]);
  const long = frame("SUBSCRIBE", { destination: "d".repeat(950), id: "x" });
  assert.deepEqual(short(connected().handle(long)), ["ERROR Destination or subscription id too long"]);
});
