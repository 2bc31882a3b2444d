import assert from "node:assert/strict";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { DeadlineExceeded } from "@yagura/std/deadline.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { CannotEncode, MalformedXdr, XdrWriter } from "@yagura/xdr";
import { FakeDaemon, settle } from "../test/fake-daemon.ts";
import { type ConnectOptions, connect, open } from "./connect.ts";
import type { Connection } from "./connection.ts";
import {
  AuthenticationRefused,
  CannotConnect,
  ConnectionLost,
  isNoDomain,
  LibvirtError,
  ProtocolError,
  TooManyCalls,
} from "./errors.ts";
import { programs, packetStatuses as statuses, packetTypes as types } from "./protocol/generated/net-constants.ts";
import { encodeDomainGetInfoResult } from "./protocol/generated/remote-codecs.ts";
import type { Domain } from "./protocol/generated/remote-types.ts";
import { StreamStalled } from "./stream.ts";

const dom: Domain = { name: "a", uuid: new Uint8Array(16).fill(7), id: 1 };
const info = { state: 1, maxMem: 2, memory: 3, nrVirtCpu: 4, cpuTime: 5 };
const never = new AbortController().signal;

async function opened(options: Partial<ConnectOptions> = {}): Promise<{ daemon: FakeDaemon; libvirt: Connection }> {
  const daemon = new FakeDaemon();
  const libvirt = await open(daemon, "test:///default", { keepaliveIntervalMs: 0, ...options }, never);
  return { daemon, libvirt };
}

test("answers find their calls by serial, in whatever order they come", async () => {
  const { daemon, libvirt } = await opened();
  const answers = [
    libvirt.remote.domainGetInfo({ dom }),
    libvirt.remote.domainGetMaxMemory({ dom }),
    libvirt.remote.domainGetOsType({ dom }),
  ];
  await settle();
  const [first, second, third] = daemon.calls;
  assert.ok(first && second && third);
  daemon.reply(third, { type: "hvm" });
  daemon.fail(second, 42, "Domain not found");
  daemon.reply(first, info);
  const [one, two, three] = await Promise.allSettled(answers);
  assert.deepEqual(
    [one, three],
    [
      { status: "fulfilled", value: info },
      { status: "fulfilled", value: { type: "hvm" } },
    ],
  );
  assert.ok(two?.status === "rejected" && isNoDomain(two.reason) && two.reason instanceof LibvirtError);
  assert.deepEqual(Object.fromEntries(Object.entries(two.reason)), {
    name: "LibvirtError",
    code: 42,
    domain: 10,
    level: 2,
    procedure: "domain_get_max_memory",
  });
  assert.equal(two.reason.codeName, "VIR_ERR_NO_DOMAIN");
});

test("calls beyond the window wait for answers to others, and quick ones pass them", async () => {
  const { daemon, libvirt } = await opened();
  const slow = Array.from({ length: 6 }, (_, index) => libvirt.remote.domainShutdown({ dom: { ...dom, id: index } }));
  const quick = libvirt.remote.domainGetInfo({ dom });
  await settle();
  assert.deepEqual(
    daemon.calls.map(({ name }) => name),
    [...Array(4).fill("domainShutdown"), "domainGetInfo"],
  );
  for (let index = 0; index < daemon.calls.length; index++) {
    const call = daemon.calls[index];
    if (call !== undefined) daemon.reply(call, call.name === "domainGetInfo" ? info : undefined);
    await settle();
  }
  await Promise.all([...slow, quick]);
});

test("a caller that makes too many calls is told so", async () => {
  const { libvirt } = await opened({ limits: { ordinaryMax: 1, waitingMax: 1 } });
  const calls = [1, 2, 3].map(() => libvirt.remote.domainShutdown({ dom }));
  await assert.rejects(calls[2] ?? Promise.resolve(), TooManyCalls);
  const others = Promise.allSettled(calls);
  await libvirt.close();
  await others;
});

test("an argument that does not fit is refused, and nothing of it is sent", async () => {
  const { daemon, libvirt } = await opened();
  await assert.rejects(libvirt.remote.domainSetMemory({ dom, memory: -1 }), CannotEncode);
  await assert.rejects(libvirt.remote.domainLookupByName({ name: "a\0b" }), /cannot send domain_lookup_by_name/);
  const next = libvirt.remote.domainGetInfo({ dom });
  await settle();
  assert.deepEqual(
    daemon.calls.map(({ name }) => name),
    ["domainGetInfo"],
  );
  const [call] = daemon.calls;
  if (call !== undefined) daemon.reply(call, info);
  await next;
});

test("an aborted call is not sent if it has not been, and its late answer is dropped if it has", async () => {
  const { daemon, libvirt } = await opened({ limits: { ordinaryMax: 1 } });
  const [sent, queued] = [new AbortController(), new AbortController()];
  const calls = [
    libvirt.remote.domainShutdown({ dom }, { signal: sent.signal }),
    libvirt.remote.domainReboot({ dom }, { signal: queued.signal }),
    libvirt.remote.domainReset({ dom }),
  ];
  await settle();
  sent.abort(new Error("no longer"));
  queued.abort(new Error("not at all"));
  await assert.rejects(calls[0] ?? Promise.resolve(), /no longer/);
  await assert.rejects(calls[1] ?? Promise.resolve(), /not at all/);
  await assert.rejects(
    libvirt.remote.domainReset({ dom }, { signal: AbortSignal.abort(new Error("before")) }),
    /before/,
  );
  const [shutdown] = daemon.calls;
  if (shutdown !== undefined) daemon.reply(shutdown);
  await settle();
  assert.deepEqual(
    daemon.calls.map(({ name }) => name),
    ["domainShutdown", "domainReset"],
  );
  const reset = daemon.calls[1];
  if (reset !== undefined) daemon.reply(reset);
  await calls[2];
});

test("the end of the connection releases every waiter with the reason: sent, waiting, streams, later calls", async () => {
  const { daemon, libvirt } = await opened({ limits: { ordinaryMax: 2 } });
  const download = libvirt.remote.storageVolDownload({ vol: { pool: "p", name: "v", key: "k" }, offset: 0, length: 0 });
  await settle();
  const [call] = daemon.calls;
  if (call !== undefined) daemon.reply(call);
  const { stream } = await download;
  const waiters = [stream.read(), ...Array.from({ length: 5 }, () => libvirt.remote.domainShutdown({ dom }))];
  await settle();
  daemon.die(new Error("reset by peer"));
  for (const result of await Promise.allSettled(waiters)) {
    assert.ok(result.status === "rejected" && result.reason instanceof ConnectionLost, "released with ConnectionLost");
    assert.match(String(result.reason.cause), /reset by peer/);
  }
  assert.ok((await libvirt.closed) instanceof ConnectionLost);
  await assert.rejects(libvirt.remote.domainGetInfo({ dom }), ConnectionLost);
  await libvirt.close();
});

test("close says good-bye, ends in good order, and may be called twice", async () => {
  const { daemon, libvirt } = await opened();
  const waiting = libvirt.remote.domainShutdown({ dom });
  const released = assert.rejects(waiting, ConnectionLost);
  await Promise.all([libvirt.close(), libvirt.close()]);
  await libvirt.close();
  await released;
  assert.equal(await libvirt.closed, undefined);
  assert.equal(daemon.received.at(-1)?.name, "connectClose");
  assert.equal(daemon.isClosed, true);
});

const header = { prog: programs.remote, vers: 1, proc: 16, type: types.reply, serial: 1000, status: statuses.ok };
const nothing = (): void => undefined;

const hostile: Readonly<Record<string, (daemon: FakeDaemon) => void>> = {
  "an impossible length": (daemon) => daemon.bytes(Buffer.from("00000003", "hex")),
  "a length of 4 GiB": (daemon) => daemon.bytes(Buffer.from("ffffffff", "hex")),
  "an unknown packet type": (daemon) => daemon.packet({ ...header, type: 9 }, nothing, undefined),
  "an unknown status": (daemon) => daemon.packet({ ...header, status: 9 }, nothing, undefined),
  "a call to us": (daemon) => daemon.packet({ ...header, type: types.call }, nothing, undefined),
  "file descriptors": (daemon) => daemon.packet({ ...header, type: types.replyWithFds }, nothing, undefined),
  "an answer nobody asked for": (daemon) => daemon.packet(header, nothing, undefined),
  "an answer of another procedure": (daemon) =>
    daemon.packet({ ...header, serial: daemon.calls[0]?.header.serial ?? 0, proc: 17 }, nothing, undefined),
  "an answer that continues": (daemon) =>
    daemon.packet(
      { ...header, serial: daemon.calls[0]?.header.serial ?? 0, status: statuses.continue },
      nothing,
      undefined,
    ),
  "an answer with too much in it": (daemon) =>
    daemon.packet(
      { ...header, serial: daemon.calls[0]?.header.serial ?? 0 },
      (writer: XdrWriter) => {
        encodeDomainGetInfoResult(writer, info);
        writer.uint32(0);
      },
      undefined,
    ),
  "a truncated error": (daemon) =>
    daemon.packet(
      { ...header, serial: daemon.calls[0]?.header.serial ?? 0, status: statuses.error },
      (writer: XdrWriter) => writer.uint32(1),
      undefined,
    ),
  "a truncated event": (daemon) =>
    daemon.packet({ ...header, proc: 318, type: types.message }, (writer: XdrWriter) => writer.uint32(1), undefined),
};

for (const [what, send] of Object.entries(hostile)) {
  test(`the connection is closed with a reason, and its waiters released, when the daemon sends ${what}`, async () => {
    const { daemon, libvirt } = await opened();
    const waiting = libvirt.remote.domainGetInfo({ dom });
    const released = assert.rejects(waiting, ConnectionLost);
    await settle();
    send(daemon);
    const reason = await libvirt.closed;
    assert.ok(reason instanceof ConnectionLost);
    assert.ok(reason.cause instanceof ProtocolError || reason.cause instanceof MalformedXdr, String(reason.cause));
    assert.equal(daemon.isClosed, true);
    await released;
  });
}

test("every truncation of an answer closes the connection with a reason", async () => {
  const writer = new XdrWriter();
  encodeDomainGetInfoResult(writer, info);
  const payload = writer.take();
  for (let length = 0; length < payload.length; length++) {
    const { daemon, libvirt } = await opened();
    const released = assert.rejects(libvirt.remote.domainGetInfo({ dom }), ConnectionLost);
    await settle();
    const [call] = daemon.calls;
    daemon.packet(
      { ...header, serial: call?.header.serial ?? 0 },
      (xdr: XdrWriter) => xdr.unpadded(payload.subarray(0, length)),
      undefined,
    );
    assert.match(String((await libvirt.closed)?.cause), /cannot read the answer to domain_get_info/);
    await released;
  }
});

test("events, messages and programs of newer daemons are no reason to end", async () => {
  const { daemon, libvirt } = await opened();
  daemon.packet({ ...header, type: types.message, proc: 9_999 }, (writer: XdrWriter) => writer.uint32(1), undefined);
  daemon.packet({ ...header, type: types.message, prog: 0x2000_9999 }, nothing, undefined);
  daemon.packet({ ...header, type: types.stream, status: statuses.continue }, nothing, undefined); // Of a stream that has ended.
  daemon.keepalive(99);
  const answer = libvirt.remote.domainGetInfo({ dom });
  await settle();
  const [call] = daemon.calls;
  if (call !== undefined) daemon.reply(call, info);
  assert.deepEqual(await answer, info);
});

test("a typed parameter of an unknown type costs its answer or event, not the connection; unknown names are simply there", async () => {
  const { daemon, libvirt } = await opened();
  daemon.answers["connectDomainEventCallbackRegisterAny"] = { callbackID: 1 };
  await libvirt.events.domain("tunable", () => assert.fail("cannot be read"));
  const answers = [1, 2].map(() => libvirt.remote.connectGetAllDomainStats({ doms: [], stats: 0 }));
  await settle();
  const [first, second] = daemon.calls;
  assert.ok(first && second);
  daemon.packet({ ...first.header, type: types.reply }, (writer: XdrWriter) => writeStats(writer, 99), undefined);
  daemon.packet(
    { ...header, type: types.message, proc: 346 },
    (writer: XdrWriter) => {
      writer.int32(1);
      writeDomainAndParams(writer, 99);
    },
    undefined,
  );
  daemon.packet({ ...second.header, type: types.reply }, (writer: XdrWriter) => writeStats(writer, 1), undefined);
  await assert.rejects(
    answers[0] ?? Promise.resolve(),
    (error: Error) => error instanceof ProtocolError && /no variant 99/.test(String(error.cause)),
  );
  const stats = await answers[1];
  assert.deepEqual(stats?.retStats[0]?.params, [{ field: "later.than.us", type: "int", value: 5 }]);
});

function writeStats(writer: XdrWriter, tag: number): void {
  writer.uint32(1);
  writeDomainAndParams(writer, tag);
}

function writeDomainAndParams(writer: XdrWriter, tag: number): void {
  writer.string(dom.name, 10);
  writer.raw(dom.uuid);
  writer.int32(dom.id);
  writer.uint32(1);
  writer.string("later.than.us", 20);
  writer.int32(tag);
  writer.int32(5);
}

test("subscriptions get the events of their callback id until they end", async () => {
  const { daemon, libvirt } = await opened();
  daemon.answers["connectDomainEventCallbackRegisterAny"] = { callbackID: 3 };
  daemon.answers["connectDomainEventCallbackDeregisterAny"] = undefined;
  const heard: unknown[] = [];
  const subscription = await libvirt.events.domain("lifecycle", (event) => heard.push(event));
  const message = { callbackID: 3, dom, event: 2, detail: 0 };
  daemon.event(318, "DomainEventCallbackLifecycleMessage", message);
  daemon.event(318, "DomainEventCallbackLifecycleMessage", { ...message, callbackID: 4 });
  await subscription[Symbol.asyncDispose]();
  daemon.event(318, "DomainEventCallbackLifecycleMessage", message);
  assert.deepEqual(heard, [message]);
  assert.equal(daemon.received.at(-1)?.name, "connectDomainEventCallbackDeregisterAny");
});

test("the daemon's loss of its hypervisor ends the connection", async () => {
  const { daemon, libvirt } = await opened();
  daemon.event(362, "ConnectEventConnectionClosedMessage", { reason: 1 });
  assert.match(String(await libvirt.closed), /lost its hypervisor/);
});

test("a ping is answered, and a daemon that does not answer ours is given up", async () => {
  const clock = new FakeClock();
  const { daemon, libvirt } = await opened({ keepaliveIntervalMs: 5_000, keepaliveUnansweredMax: 2, clock });
  const pings = (): number => daemon.received.filter(({ name }) => name === `program ${programs.keepalive}: 1`).length;
  daemon.keepalive(1);
  await settle();
  assert.equal(daemon.received.at(-1)?.name, `program ${programs.keepalive}: 2`);
  await clock.advance(10_000);
  assert.equal(pings(), 1);
  daemon.keepalive(2);
  const released = assert.rejects(libvirt.remote.domainShutdown({ dom }), /silent for 15 s/);
  await clock.advance(20_000);
  assert.equal(pings(), 3);
  assert.match(String(await libvirt.closed), /silent for 15 s/);
  await released;
});

const vol = { pool: "p", name: "v", key: "k" };

async function openDownload(options: Partial<ConnectOptions> = {}) {
  const { daemon, libvirt } = await opened(options);
  const opening = libvirt.remote.storageVolDownload({ vol, offset: 0, length: 0 });
  await settle();
  const [call] = daemon.calls;
  assert.ok(call);
  daemon.reply(call);
  daemon.stream(call, Buffer.from("comes with the answer"));
  return { daemon, libvirt, call, stream: (await opening).stream };
}

test("a download gives the bytes, and ends when both sides have said so", async () => {
  const { daemon, call, stream } = await openDownload();
  const chunks: string[] = [];
  const reading = (async () => {
    for await (const bytes of stream) chunks.push(Buffer.from(bytes).toString());
  })();
  daemon.stream(call, Buffer.alloc(0));
  await settle();
  const finish = daemon.received.at(-1)?.header;
  assert.deepEqual([finish?.type, finish?.status, finish?.serial], [types.stream, statuses.ok, call.header.serial]);
  daemon.stream(call, Buffer.alloc(0), statuses.ok);
  await reading;
  assert.deepEqual(chunks, ["comes with the answer"]);
});

test("a failure in the middle of a download reaches its reader, and only that", async () => {
  const { daemon, libvirt, call, stream } = await openDownload();
  await stream.read();
  const reading = stream.read();
  daemon.fail(call, 38, "read error", types.stream);
  await assert.rejects(reading, (error) => error instanceof LibvirtError && error.procedure === "storage_vol_download");
  const answer = libvirt.remote.domainGetInfo({ dom });
  await settle();
  const last = daemon.calls.at(-1);
  if (last !== undefined) daemon.reply(last, info);
  await answer;
});

test("the socket is not read while a reader is slow, unless someone waits for an answer", async () => {
  const { daemon, libvirt, call, stream } = await openDownload();
  const chunk = Buffer.alloc(262_120);
  for (let index = 0; index < 9; index++) daemon.stream(call, chunk);
  assert.equal(daemon.isPaused, true);
  const answer = libvirt.remote.domainGetInfo({ dom });
  await settle();
  assert.equal(daemon.isPaused, false);
  const last = daemon.calls.at(-1);
  if (last !== undefined) daemon.reply(last, info);
  await answer;
  assert.equal(daemon.isPaused, true);
  await stream.read();
  await stream.read();
  await stream.read();
  assert.equal(daemon.isPaused, false);
});

test("a stalled reader lets a little in at each interval so that pings are seen, and costs its stream in the end", async () => {
  const clock = new FakeClock();
  const { daemon, libvirt, call, stream } = await openDownload({ clock, keepaliveIntervalMs: 5_000 });
  const chunk = Buffer.alloc(262_120);
  let intervals = 0;
  for (; intervals < 100; intervals++) {
    while (!daemon.isPaused && daemon.received.at(-1)?.header.status !== statuses.error) {
      daemon.stream(call, chunk);
      await settle();
    }
    if (!daemon.isPaused) break;
    await clock.advance(5_000);
  }
  await assert.rejects(stream.read(), StreamStalled);
  assert.ok(intervals > 10 && intervals < 100, `${intervals}`);
  assert.equal(daemon.isClosed, false);
  await libvirt.close();
});

test("an upload waits while the daemon is slow, and is complete only when the daemon says so", async () => {
  const { daemon, libvirt } = await opened();
  const opening = libvirt.remote.storageVolUpload({ vol, offset: 0, length: 0 });
  await settle();
  const [call] = daemon.calls;
  assert.ok(call);
  daemon.reply(call);
  const { stream } = await opening;
  daemon.sendsReturn = false;
  let isWritten = false;
  const writing = stream.write(Buffer.alloc(500_000)).then(() => {
    isWritten = true;
  });
  await settle();
  assert.equal(isWritten, false);
  daemon.drained();
  await writing;
  const finishing = stream.finish();
  await settle();
  const data = daemon.received.filter(({ header: { type } }) => type === types.stream);
  assert.deepEqual(
    data.map(({ header: { status }, payload }) => [status, payload.length]),
    [
      [statuses.continue, 262_120],
      [statuses.continue, 237_880],
      [statuses.ok, 0],
    ],
  );
  daemon.fail(call, 38, "disk full", types.stream);
  await assert.rejects(finishing, /disk full/);
});

test("a stream whose caller has gone is aborted when its answer comes", async () => {
  const { daemon, libvirt } = await opened();
  const controller = new AbortController();
  const opening = libvirt.remote.storageVolDownload({ vol, offset: 0, length: 0 }, { signal: controller.signal });
  await settle();
  controller.abort(new Error("gone"));
  await assert.rejects(opening, /gone/);
  const [call] = daemon.calls;
  if (call !== undefined) daemon.reply(call);
  await settle();
  const last = daemon.received.at(-1)?.header;
  assert.deepEqual([last?.type, last?.status], [types.stream, statuses.error]);
});

test("a daemon that wants SASL, and a polkit that refuses, are said so, and the socket is closed", async () => {
  const sasl = new FakeDaemon();
  sasl.answers["authList"] = { types: [1] };
  await assert.rejects(
    open(sasl, "test:///default", {}, never),
    (error: Error) => error instanceof AuthenticationRefused && /SASL/.test(error.message),
  );
  assert.equal(sasl.isClosed, true);

  const polkit = new FakeDaemon();
  polkit.answers["authList"] = { types: [2] };
  const opening = open(polkit, "test:///default", { keepaliveIntervalMs: 0 }, never);
  await settle();
  const [call] = polkit.calls;
  assert.equal(call?.name, "authPolkit");
  if (call !== undefined) polkit.fail(call, 45, "authentication failed: no agent is available");
  await assert.rejects(opening, /polkit does not let this user/);

  const allowed = new FakeDaemon();
  Object.assign(allowed.answers, { authList: { types: [2] }, authPolkit: { complete: 1 } });
  await (await open(allowed, "test:///default", { keepaliveIntervalMs: 0 }, never)).close();
});

test("connect names the place where no daemon is", async () => {
  await using directory = await temporaryDirectory();
  const socketPath = join(directory.path, "absent");
  await assert.rejects(
    connect({ uri: "test:///default", socketPath }),
    (error: Error) => error instanceof CannotConnect && error.message.includes(socketPath),
  );
});

test("connect gives up on a daemon that does not answer", async () => {
  await using directory = await temporaryDirectory();
  const socketPath = join(directory.path, "silent");
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  try {
    const connecting = connect({ uri: "test:///default", socketPath, connectTimeoutMs: 50 });
    await assert.rejects(
      connecting,
      (error: Error) => error instanceof CannotConnect && error.cause instanceof DeadlineExceeded,
    );
    await assert.rejects(
      connect({ uri: "test:///default", socketPath, signal: AbortSignal.abort(new Error("stop")) }),
      /cannot connect/,
    );
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});
