import assert from "node:assert/strict";
import type { Readable } from "node:stream";
import { test } from "node:test";
import { poll } from "@yagura/std/poll.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { type RestWorld, restWorld } from "../rest-world.fixture.ts";
import type { Viewer } from "../search/field.ts";
import { parseSearch } from "../search/parse-search.ts";
import { EventStreams, TooManyStreams } from "./event-streams.ts";

const url = "/ovirt-engine/api/events";
const json = { "content-type": "application/json", accept: "application/json" };

async function world(): Promise<RestWorld> {
  const made = await restWorld();
  await populate(made);
  return made;
}

/** Another program tells something; returns the event's id. */
async function tell(w: RestWorld, description: string, more: object = {}): Promise<number> {
  const payload = { severity: "normal", origin: "test", description, ...more };
  const reply = await w.request({ method: "POST", url, headers: json, payload });
  assert.equal(reply.status, 201, reply.text);
  return Number(reply.json()["id"]);
}

interface Stream {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Everything that has come so far. */
  text(): string;
  /** What was told so far: ids and sentences. */
  told(): readonly string[];
  readonly ended: Promise<void>;
  close(): void;
}

async function open(w: RestWorld, query = "", headers: Record<string, string> = {}): Promise<Stream> {
  const token = await w.login("admin");
  const reply = await w.server.app.inject({
    url: `${url}${query}`,
    headers: { authorization: `Bearer ${token}`, accept: "text/event-stream", ...headers },
    payloadAsStream: true,
  });
  const body: Readable = reply.stream();
  let text = "";
  body.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  return {
    status: reply.statusCode,
    headers: reply.headers,
    text: () => text,
    told: () =>
      [...text.matchAll(/^id: (\d+)\ndata: (.*)$/gm)].map(([, id, data = ""]) => {
        const event = JSON.parse(data) as { id: string; description: string };
        assert.equal(event.id, id);
        return event.description;
      }),
    ended: new Promise((resolve) => body.once("close", resolve)),
    close: () => body.destroy(),
  };
}

/** Moves time on until it is so. */
function until(w: RestWorld, what: string, look: () => boolean): Promise<true> {
  const step = async () => {
    await w.clock.advance(1000);
    return look() || undefined;
  };
  return poll(what, step, { timeoutMs: 10_000, everyMs: 5 }) as Promise<true>;
}

test("events come as they happen, each once, in their order, and nothing of before", async () => {
  await using w = await world();
  await tell(w, "before");
  const stream = await open(w);
  assert.equal(stream.status, 200);
  assert.equal(stream.headers["content-type"], "text/event-stream;charset=UTF-8");
  await tell(w, "one");
  await until(w, "the first event", () => stream.told().length > 0);
  await tell(w, "two\nlines");
  await tell(w, "three");
  await until(w, "all events", () => stream.told().length >= 3);
  assert.deepEqual(stream.told(), ["one", "two\nlines", "three"]);
  stream.close();
});

test("who comes again with the last id that he has gets what he missed, however much that is", async () => {
  await using w = await world();
  const last = await tell(w, "the last that he had");
  const missed = [];
  for (let n = 0; n < 210; n++) missed.push(`missed ${n}`);
  for (const description of missed) await tell(w, description);
  const stream = await open(w, "", { "last-event-id": String(last) });
  await until(w, "what was missed", () => stream.told().length >= missed.length);
  assert.deepEqual(stream.told(), missed);
  stream.close();
  const sameByFrom = await open(w, `?from=${last + 208}`);
  await until(w, "the rest", () => sameByFrom.told().length >= 2);
  assert.deepEqual(sameByFrom.told(), ["missed 208", "missed 209"]);
  sameByFrom.close();
});

test("search chooses among the events, and a wrong one is refused before anything is sent", async () => {
  await using w = await world();
  const stream = await open(w, `?search=${encodeURIComponent("severity=warning and vm.name=demo")}`);
  await tell(w, "another VM", { severity: "warning" });
  await tell(w, "no warning", { vm: { id: ids.vm } });
  await tell(w, "this one", { severity: "warning", vm: { id: ids.vm } });
  await until(w, "the event", () => stream.told().length > 0);
  assert.deepEqual(stream.told(), ["this one"]);
  stream.close();
  assert.equal((await open(w, "?search=nonsense%3D1")).status, 400);
  assert.equal((await open(w, "", { "last-event-id": "x" })).status, 400);
});

test("a stream says that it is alive while nothing happens", async () => {
  await using w = await world();
  const stream = await open(w);
  await until(w, "two signs of life", () => (stream.text().match(/^:$/gm) ?? []).length >= 2);
  stream.close();
});

test("a stream ends with its session, and with the right to see events", async () => {
  await using w = await world();
  const { id } = await w.addUser("ann", "SuperUser");
  const stream = await open(w, "", { authorization: `Bearer ${await w.login("ann")}` });
  const other = await open(w);
  await w.services.db.deleteFrom("permissions").where("principalId", "=", id).execute();
  let isOver = false;
  void stream.ended.then(() => (isOver = true));
  await until(w, "the end of the stream", () => isOver);
  await tell(w, "the other one goes on");
  await until(w, "the event", () => other.told().length > 0);
  await w.services.db.deleteFrom("sessions").execute();
  let otherIsOver = false;
  void other.ended.then(() => (otherIsOver = true));
  await until(w, "the end of the other stream", () => otherIsOver);
});

test("who may not see events gets no stream, and nothing else has one", async () => {
  await using w = await world();
  await w.addUser("ann", "UserVmManager", { type: "vm", id: ids.vm });
  const as = { authorization: `Bearer ${await w.login("ann")}` };
  assert.equal((await open(w, "", as)).status, 403);
  assert.equal((await open(w, "", { authorization: "Bearer nobody" })).status, 401);
  const vms = await w.request({ url: "/ovirt-engine/api/vms", headers: { accept: "text/event-stream" } });
  assert.equal(vms.status, 406);
});

test("there are a hundred streams at most, and one that was closed makes room", async () => {
  await using w = await world();
  const streams = new EventStreams(w.services, new AbortController().signal);
  const request = {
    afterId: 0,
    search: parseSearch(""),
    isCaseSensitive: false,
    viewer: { sight: "everything", isAdministrator: true } as unknown as Viewer,
    render: ({ id }: { id: number }) => String(id),
    mayGoOn: () => Promise.resolve(true),
  };
  const opened = [];
  for (let n = 0; n < 100; n++) opened.push(await streams.open(request));
  await assert.rejects(streams.open(request), TooManyStreams);
  opened[0]?.destroy();
  await poll("room", async () => (await streams.open(request).catch(() => undefined)) !== undefined || undefined, {
    timeoutMs: 5000,
    everyMs: 10,
  });
});
