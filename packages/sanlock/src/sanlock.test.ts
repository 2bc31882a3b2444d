// Everything but the lease holder, against a daemon that says what the test wants.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createSanlock, findLivingOwners, type Host } from "@yagura/sanlock";
import { doneAnswer, type ReceivedRequest, reply, scriptedDaemon } from "../test/scripted-daemon.ts";
import { encodeHostEvent, encodeLockspace, encodeResource } from "./wire/structs.ts";

const lockspace = { name: "space", hostId: 1, path: "/ids", offsetBytes: 0 };
const lease = { lockspace: "space", name: "SDM", path: "/leases", offsetBytes: 1048576 };
const geometry = { sectorBytes: 512, alignmentBytes: 1048576 } as const;

/** Runs `work` against a daemon that answers everything with this; returns what came of it and what was asked. */
async function against<T>(
  answer: Parameters<typeof reply>[1],
  work: (sanlock: ReturnType<typeof createSanlock>) => Promise<T>,
): Promise<{ outcome: T; asked: Pick<ReceivedRequest, "command" | "flags" | "data" | "data2">[] }> {
  await using daemon = await scriptedDaemon((request) => reply(request, answer));
  const outcome = await work(createSanlock(daemon));
  return {
    outcome,
    asked: daemon.requests.map(({ command, flags, data, data2 }) => ({ command, flags, data, data2 })),
  };
}

test("joining a lockspace has five answers that are no failures", async () => {
  const outcomes: unknown[] = [];
  for (const result of [0, -17, -115, -11, -262]) {
    outcomes.push((await against({ result }, (sanlock) => sanlock.addLockspace(lockspace))).outcome);
  }
  assert.deepEqual(outcomes, ["joined", "already-joined", "joining", "leaving", "host-id-taken"]);
});

test("joining without waiting says that it is under way, and passes the io timeout on", async () => {
  const { outcome, asked } = await against({}, (sanlock) =>
    sanlock.addLockspace(lockspace, { wait: false, ioTimeoutSeconds: 2 }),
  );
  assert.equal(outcome, "joining");
  assert.deepEqual(asked, [{ command: 2, flags: 1, data: 2, data2: 0 }]);
});

test("leaving asks for what was said: only if unused, without waiting", async () => {
  for (const [options, flags] of [
    [{ onlyIfUnused: true }, 2],
    [{ onlyIfUnused: false }, 0],
    [{ onlyIfUnused: true, wait: false }, 3],
  ] as const) {
    const { asked } = await against({}, (sanlock) => sanlock.removeLockspace(lockspace, options));
    assert.equal(asked[0]?.flags, flags);
  }
  const { outcome } = await against({ result: -16 }, (sanlock) =>
    sanlock.removeLockspace(lockspace, { onlyIfUnused: true }),
  );
  assert.equal(outcome, "in-use");
});

test("an error has its code, its name, and says what was asked of whom", async () => {
  await assert.rejects(
    against({ result: -223 }, (sanlock) => sanlock.readLeaseOwners(lease)),
    {
      name: "SanlockError",
      code: -223,
      codeName: "SANLK_LEADER_MAGIC",
      message: "sanlock could not read who holds the lease SDM of space: SANLK_LEADER_MAGIC (-223)",
    },
  );
  await assert.rejects(
    against({ result: -22 }, (sanlock) => sanlock.addLockspace(lockspace)),
    { codeName: "EINVAL" },
  );
  await assert.rejects(
    against({ result: -1 }, (sanlock) => sanlock.addLockspace(lockspace)),
    { message: "sanlock could not join the lockspace space as host 1: -1" },
  );
});

test("an error may come with the body of a success, or with less", async () => {
  const body = Buffer.from(encodeResource(lease).subarray(0, 128));
  assert.equal((await against({ result: -223, body }, (sanlock) => sanlock.readLease(lease))).outcome, undefined);
  assert.equal((await against({ result: -223 }, (sanlock) => sanlock.readLease(lease))).outcome, undefined);
});

test("hosts have a status; one that sanlock does not have is refused", async () => {
  const body = Buffer.alloc(5 * 32);
  for (const at of [0, 1, 2, 3, 4]) body.writeUInt32LE(at + 1, at * 32 + 28);
  const { outcome } = await against({ body, data2: 5 }, (sanlock) => sanlock.listHosts("space"));
  assert.deepEqual(outcome.known && outcome.hosts.map(({ status }) => status), [
    "unknown",
    "free",
    "live",
    "failing",
    "dead",
  ]);
  body.writeUInt32LE(6, 28);
  await assert.rejects(
    against({ body, data2: 5 }, (sanlock) => sanlock.listHosts("space")),
    { name: "SanlockProtocolError" },
  );
  await assert.rejects(
    against({ body, data2: 0xffffffff }, (sanlock) => sanlock.listHosts("space")),
    { name: "SanlockProtocolError" },
  );
});

test("lockspaces are as many as announced", async () => {
  const body = Buffer.concat([encodeLockspace(lockspace, 0x110), encodeLockspace({ ...lockspace, name: "other" })]);
  const { outcome } = await against({ body, data2: 2 }, (sanlock) => sanlock.listLockspaces());
  assert.deepEqual(outcome, [
    { ...lockspace, geometry },
    { ...lockspace, name: "other", geometry: undefined },
  ]);
  await assert.rejects(
    against({ body, data2: 1 }, (sanlock) => sanlock.listLockspaces()),
    { name: "SanlockProtocolError" },
  );
});

test("what cannot be said is not sent", async () => {
  await using daemon = await scriptedDaemon(doneAnswer);
  const sanlock = createSanlock(daemon);
  await assert.rejects(sanlock.addLockspace({ ...lockspace, name: "a:b" }), { name: "CannotEncode" });
  await assert.rejects(sanlock.setLeaseValue(lease, new Uint8Array(0)), { name: "CannotEncode" });
  await assert.rejects(sanlock.setLeaseValue(lease, new Uint8Array(4097)), { name: "CannotEncode" });
  await assert.rejects(sanlock.writeLease(lease, { sectorBytes: 512, alignmentBytes: 5 }), { name: "CannotEncode" });
  assert.deepEqual(daemon.requests, []);
});

test("a request for a lease names the version and the force", async () => {
  const forced = await against({}, (sanlock) => sanlock.requestLease({ ...lease, version: 8, force: "graceful" }));
  assert.deepEqual(forced.asked, [{ command: 11, flags: 0, data: 2, data2: 0 }]);
  const next = await against({}, (sanlock) => sanlock.requestLease({ ...lease, version: "next", force: "none" }));
  assert.deepEqual(next.asked, [{ command: 11, flags: 1, data: 0, data2: 0 }]);
});

test("a daemon that hangs up, talks nonsense or answers something else is told apart", async () => {
  const cases: [string, (request: ReceivedRequest) => Uint8Array | undefined][] = [
    ["SanlockConnectionLost", ({ socket }) => void socket.end()],
    ["SanlockConnectionLost", (request) => void request.socket.end(reply(request).subarray(0, 31))],
    ["SanlockConnectionLost", (request) => void request.socket.end(reply(request, { byteLength: 33 }))],
    ["SanlockProtocolError", (request) => reply(request, { magic: 1 })],
    ["SanlockProtocolError", (request) => reply(request, { byteLength: 31 })],
    ["SanlockProtocolError", (request) => reply({ command: request.command + 1 })],
    ["DeadlineExceeded", () => undefined],
  ];
  for (const [name, answer] of cases) {
    await using daemon = await scriptedDaemon(answer);
    await assert.rejects(createSanlock(daemon).readVersion({ timeoutMs: 200 }), { name }, name);
  }
  await assert.rejects(createSanlock({ socketPath: "/nowhere/sanlock.sock" }).readVersion(), {
    name: "CannotReachSanlock",
  });
});

test("a signal ends the waiting and the connection", async () => {
  await using daemon = await scriptedDaemon(() => undefined);
  const controller = new AbortController();
  const waiting = createSanlock(daemon).readVersion({ signal: controller.signal });
  controller.abort(new Error("enough"));
  await assert.rejects(waiting, { message: "enough" });
});

test("a status is read up to the end of the stream, whatever its header says of its length", async () => {
  const record = Buffer.alloc(81);
  record.writeUInt32LE(1, 0);
  record.write("host-a", 24);
  record.writeUInt32LE(1, 72);
  await using daemon = await scriptedDaemon((request) => {
    request.socket.end(Buffer.concat([reply(request), record]));
    return undefined;
  });
  assert.equal((await createSanlock(daemon).readStatus()).hostName, "host-a");
});

test("events are heard until the subscription is closed, and the daemon is told to forget it", async () => {
  const event = { hostId: 1, generation: 0, event: 5n, data: 6n };
  const message = reply({ command: 1 }, { body: Buffer.concat([encodeHostEvent(event), Buffer.alloc(16)]) });
  await using daemon = await scriptedDaemon((request) =>
    request.command === 30 ? Buffer.concat([reply(request), message, message.subarray(0, 10)]) : reply(request),
  );
  const heard: bigint[] = [];
  const subscription = await createSanlock(daemon).watchHostEvents("space", ({ event: bits }) => heard.push(bits));
  daemon.requests[0]?.socket.write(message.subarray(10));
  while (heard.length < 2) await new Promise(setImmediate);
  await subscription.close();
  assert.equal(await subscription.ended, undefined);
  assert.deepEqual(heard, [5n, 5n]);
  assert.deepEqual(
    daemon.requests.map(({ command }) => command),
    [30, 31],
  );
});

test("a subscription ends with the daemon's refusal, its end, or its nonsense", async () => {
  await using refusing = await scriptedDaemon((request) => reply(request, { result: -2 }));
  await assert.rejects(
    createSanlock(refusing).watchHostEvents("space", () => undefined),
    { codeName: "ENOENT" },
  );
  for (const [name, last] of [
    ["SanlockConnectionLost", Buffer.alloc(0)],
    ["SanlockProtocolError", reply({ command: 2 }, { body: Buffer.alloc(48) })],
    ["SanlockProtocolError", reply({ command: 1 }, { body: Buffer.alloc(47) })],
  ] as const) {
    await using daemon = await scriptedDaemon((request) => reply(request));
    const subscription = await createSanlock(daemon).watchHostEvents("space", () => undefined);
    daemon.requests[0]?.socket.end(last);
    assert.equal((await subscription.ended)?.name, name);
  }
});

test("an owner stands in the way while its host is not known to be dead, and has not joined again", () => {
  const host = (hostId: number, generation: number, status: Host["status"]): Host => ({
    hostId,
    generation,
    status,
    timestampSeconds: 1,
    ioTimeoutSeconds: 10,
  });
  const hosts = [
    host(1, 1, "live"),
    host(2, 2, "live"),
    host(3, 1, "failing"),
    host(4, 1, "unknown"),
    host(5, 1, "dead"),
    host(6, 1, "free"),
  ];
  const owners = [1, 2, 3, 4, 5, 6, 7].map((hostId) => ({ hostId, generation: 1 }));
  assert.deepEqual(
    findLivingOwners(owners, hosts).map(({ hostId }) => hostId),
    [1, 3, 4],
  );
});
