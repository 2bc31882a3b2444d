import assert from "node:assert/strict";
import { test } from "node:test";
import { poll } from "@yagura/std/poll.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import type { SomeVerbs } from "./mod.ts";
import { connectRaw, rawClient } from "./raw-client.fixture.ts";

const verbs: SomeVerbs = {
  Host: { ping2: async () => undefined, echo: async ({ message }) => message },
};
const call = (id: unknown, message: string) => ({ jsonrpc: "2.0", method: "Host.echo", params: { message }, id });
const answer = (id: unknown, result: unknown) => ({ jsonrpc: "2.0", id, result });
const fault = (id: unknown, code: number, message: string) => ({ jsonrpc: "2.0", id, error: { code, message } });

test("the bytes of vdsm-client get the bytes that VDSM answers", async () => {
  await using client = rawClient({ verbs });
  // Both frames in one chunk, and it does not wait for CONNECTED.
  client.write(
    "CONNECT\naccept-version:1.2\nheart-beat:0,24000\n\n\0SUBSCRIBE\ndestination:4f1c\nack:auto\nid:77aa\n\n\0",
  );
  const body = '[{"method":"Host.ping2","params":{},"jsonrpc":"2.0","id":"1"}]';
  client.write(`SEND\ncontent-length:${body.length}\ndestination:jms.topic.vdsm_requests\nreply-to:4f1c\n\n${body}\0`);
  const connected = await client.next();
  assert.deepEqual(
    [connected.command, Object.fromEntries(connected.headers)],
    ["CONNECTED", { version: "1.2", "heart-beat": "24000,0" }],
  );
  const message = await client.next();
  assert.deepEqual(
    [message.command, Object.fromEntries(message.headers), message.body.toString()],
    [
      "MESSAGE",
      { destination: "4f1c", "content-type": "application/json", subscription: "77aa", "content-length": "40" },
      '{"jsonrpc":"2.0","id":"1","result":true}',
    ],
  );
});

test("a client that escapes nothing gets its colons back as it sent them", async () => {
  await using client = rawClient({ verbs });
  client.write("CONNECT\naccept-version:1.2\nhost:fe80::1\n\n\0SUBSCRIBE\ndestination:a:b\nid:1\n\n\0");
  await client.next();
  let raw = "";
  client.stream.on("data", (chunk: Buffer) => {
    raw += chunk.toString();
  });
  client.write(`SEND\ndestination:jms.topic.vdsm_requests\nreply-to:a:b\n\n${JSON.stringify(call(1, "x"))}\0`);
  await client.next();
  assert.match(raw, /^MESSAGE\ndestination:a:b\n/);
});

test("a batch of several calls is answered by one list, a batch of one by an object", async () => {
  await using client = rawClient({ verbs });
  await client.open();
  assert.deepEqual(await client.ask([call(1, "a"), call("2", "b")]), [answer(1, "a"), answer("2", "b")]);
  assert.deepEqual(await client.ask([call(1, "a")]), answer(1, "a"));
});

test("calls without an id, or with null, are carried out and not answered", async () => {
  const seen: string[] = [];
  const echo = async ({ message }: { message: string }): Promise<string> => {
    seen.push(message);
    return message;
  };
  await using client = rawClient({ verbs: { Host: { echo } } });
  await client.open();
  const { id: _, ...notification } = call(1, "silent");
  client.send(
    "SEND",
    { destination: "jms.topic.vdsm_requests", "reply-to": "replies" },
    JSON.stringify([notification, call(null, "null")]),
  );
  assert.deepEqual(await client.ask([notification, call(2, "loud")]), answer(2, "loud"));
  assert.deepEqual(seen, ["silent", "null", "silent", "loud"]);
});

const badBodies: Record<string, [string, unknown]> = {
  "no JSON": ["{", fault(null, -32700, "Invalid JSON was received")],
  "not UTF-8": ['"\ufffd', fault(null, -32700, "Invalid JSON was received")],
  "an empty batch": ["[]", fault(null, -32600, "Invalid request: the batch is empty")],
  "a number": ["5", fault(null, -32600, "Invalid request: a call must be an object")],
  "the wrong version": [
    '{"jsonrpc":"1.0","method":"Host.ping2","id":7}',
    fault(7, -32600, "Invalid request: wrong protocol version"),
  ],
  "no method": ['{"jsonrpc":"2.0","id":7}', fault(7, -32600, "Invalid request: the method is missing")],
  "parameters that are text": [
    '{"jsonrpc":"2.0","method":"Host.ping2","params":"x","id":7}',
    fault(7, -32600, "Invalid request: the parameters must be an object or a list"),
  ],
  "an id that is an object": [
    '{"jsonrpc":"2.0","method":"Host.ping2","id":{}}',
    fault(null, -32600, "Invalid request: the id must be text or a number"),
  ],
  "a method that is no verb": [
    '{"jsonrpc":"2.0","method":"Host.constructor","id":7}',
    fault(7, -32601, "The method does not exist or is not available: {'method': 'Host.constructor'}"),
  ],
  "a method of no namespace": [
    '{"jsonrpc":"2.0","method":"__proto__.toString","id":7}',
    fault(7, -32601, "The method does not exist or is not available: {'method': '__proto__.toString'}"),
  ],
  "too many positional parameters": [
    '{"jsonrpc":"2.0","method":"Host.echo","params":["a","b"],"id":7}',
    fault(
      7,
      -32602,
      "Invalid method parameter(s): Host.echo: the value has 2 positional parameters, at most 1 are known",
    ),
  ],
  "a missing parameter": [
    '{"jsonrpc":"2.0","method":"Host.echo","params":{},"id":7}',
    fault(7, -32602, "Invalid method parameter(s): Host.echo: message is missing"),
  ],
};
for (const [name, [body, expected]] of Object.entries(badBodies)) {
  test(`a body with ${name} is answered with its error, and the connection goes on`, async () => {
    await using client = rawClient({ verbs });
    await client.open();
    assert.deepEqual(await client.ask(body), expected);
    assert.deepEqual(await client.ask(call(8, "still here")), answer(8, "still here"));
  });
}

test("positional parameters are understood in the order of the definition", async () => {
  await using client = rawClient({ verbs });
  await client.open();
  assert.deepEqual(await client.ask({ ...call(1, ""), params: ["by position"] }), answer(1, "by position"));
});

test("a frame that is too long is answered with ERROR and the connection ends", async () => {
  await using client = rawClient({ verbs, limits: { frameBytesMax: 1000 } });
  await client.open();
  client.write("SEND\ndestination:jms.topic.vdsm_requests\ncontent-length:1001\n\n");
  const error = await client.next();
  assert.deepEqual([error.command, error.body.toString()], ["ERROR", "a frame has more than 1000 bytes"]);
  await poll("the end", () => client.hasEnded, { timeoutMs: 2000, everyMs: 1 });
  assert.match(String(await client.session.closed), /more than 1000 bytes/);
});

test("another host may send only short frames, a Manager long ones", async () => {
  const begin = "SEND\ndestination:jms.topic.vdsm_requests\ncontent-length:1048577\n\n";
  await using host = rawClient({ verbs }, { role: "host", hostId: "a" });
  await host.open();
  host.write(begin);
  assert.equal((await host.next()).command, "ERROR");
  await using manager = rawClient({ verbs });
  await manager.open();
  assert.deepEqual(await manager.ask(JSON.stringify(call(1, "")).padEnd(1_048_577)), answer(1, ""));
});

test("bytes that are no STOMP are answered with ERROR and the connection ends", async () => {
  await using client = rawClient({ verbs });
  client.write("GET / HTTP/1.1\r\n\r\n");
  assert.equal((await client.next()).command, "ERROR");
  await poll("the end", () => client.hasEnded, { timeoutMs: 2000, everyMs: 1 });
});

test("DISCONNECT with a receipt gets it and then the end; without one just the end", async () => {
  for (const headers of [{ receipt: "bye" }, {}]) {
    await using client = rawClient({ verbs });
    await client.open();
    client.send("DISCONNECT", headers);
    await poll("the end", () => client.hasEnded, { timeoutMs: 2000, everyMs: 1 });
    assert.deepEqual(
      client.frames.map(({ command }) => command),
      "receipt" in headers ? ["RECEIPT"] : [],
    );
    assert.equal(await client.session.closed, undefined);
  }
});

test("an answer goes to every connection of the same party that listens there, and to nobody else", async () => {
  await using first = rawClient({ verbs });
  const second = connectRaw(first.server);
  const otherHost = connectRaw(first.server, { role: "host", hostId: "b" });
  const elsewhere = connectRaw(first.server);
  for (const client of [first, second, otherHost]) await client.open();
  elsewhere.send("CONNECT", { "accept-version": "1.2" });
  elsewhere.send("SUBSCRIBE", { destination: "replies.below", id: "1" });
  await elsewhere.next();
  assert.deepEqual(await first.ask(call(1, "both")), answer(1, "both"));
  assert.deepEqual(JSON.parse((await second.next()).body.toString()), answer(1, "both"));
  assert.deepEqual([otherHost.frames.length, elsewhere.frames.length], [0, 0]);
});

test("without reply-to the answer goes to jms.topic.vdsm_responses", async () => {
  await using client = rawClient({ verbs });
  client.send("CONNECT", { "accept-version": "1.2" });
  client.send("SUBSCRIBE", { destination: "jms.topic.vdsm_responses", id: "1" });
  client.send("SEND", { destination: "jms.topic.vdsm_requests" }, JSON.stringify(call(1, "x")));
  await client.next();
  assert.equal((await client.next()).headers.get("destination"), "jms.topic.vdsm_responses");
});

test("SEND to a destination of subscribers is forwarded with their subscription; to nobody gets an ERROR", async () => {
  await using client = rawClient({ verbs });
  await client.open();
  client.send("SEND", { destination: "replies.below", note: "a:b" }, "hello");
  const forwarded = await client.next();
  assert.deepEqual(
    [forwarded.command, Object.fromEntries(forwarded.headers), forwarded.body.toString()],
    ["MESSAGE", { subscription: "s", destination: "replies.below", note: "a:b", "content-length": "5" }, "hello"],
  );
  client.send("SEND", { destination: "nowhere" }, "hello");
  assert.equal((await client.next()).body.toString(), "Subscription not available");
  assert.deepEqual(await client.ask(call(1, "still here")), answer(1, "still here"));
});

test("the server beats as agreed and ends a connection that falls silent", async () => {
  const clock = new FakeClock();
  await using client = rawClient({ verbs, clock });
  let beats = 0;
  client.stream.on("data", (chunk: Buffer) => {
    if (chunk.toString() === "\n") beats += 1;
  });
  client.send("CONNECT", { "accept-version": "1.2", "heart-beat": "4000,2000" });
  await client.next();
  await poll("the beating to begin", () => clock.sleeping > 0, { timeoutMs: 1000, everyMs: 1 });
  await clock.advance(5000);
  await poll("heart-beats", () => beats >= 2, { timeoutMs: 1000, everyMs: 1 });
  await clock.advance(1000);
  assert.match(String(await client.session.closed), /silent for 6000 ms/);
});

test("a peer that does not read is cut off instead of being kept in memory", async () => {
  await using client = rawClient({ verbs, limits: { outgoingBytesMax: 200_000 } });
  await client.open();
  client.stream.pause();
  client.stream.removeAllListeners("data");
  const destination = "jms.topic.vdsm_requests";
  for (let id = 0; id < 20; id += 1) {
    client.send("SEND", { destination, "reply-to": "replies" }, JSON.stringify(call(id, "x".repeat(50_000))));
  }
  assert.match(String(await client.session.closed), /does not read/);
});
