import assert from "node:assert/strict";
import { type Duplex, duplexPair } from "node:stream";
import { test } from "node:test";
import { poll } from "@yagura/std/poll.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import {
  AgentFault,
  type AgentServer,
  type ConnectAgentOptions,
  ConnectionEnded,
  connectAgent,
  NotConnected,
  OutcomeUnknown,
  type Peer,
  type ServeAgentOptions,
  type SomeVerbs,
  serveAgent,
  UnexpectedAnswer,
} from "./mod.ts";

const vmId = "407cb255-34be-432c-be7c-eb43b8de82be";
const manager: Peer = { role: "manager" };

interface World extends AsyncDisposable {
  readonly server: AgentServer;
  connect(peer?: Peer, options?: ConnectAgentOptions): ReturnType<typeof connectAgent>;
}

function world(verbs: SomeVerbs, options: Partial<ServeAgentOptions> = {}): World {
  const server = serveAgent({ verbs, checkResults: true, ...options });
  return {
    server,
    connect(peer = manager, clientOptions = {}) {
      const [here, there]: [Duplex, Duplex] = duplexPair();
      server.accept(there, peer);
      return connectAgent({ socket: here, ...clientOptions });
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function isFault(code: number, text = /./) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof AgentFault, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, text);
    return true;
  };
}

const never = (): Promise<never> => new Promise(() => undefined);

test("a call reaches the verb with typed parameters and its result comes back typed", async () => {
  const seen: unknown[] = [];
  await using here = world({
    VM: {
      async create(params, context) {
        seen.push(params, context.correlationId, context.peer);
        return { vmId: params.vmID, status: "WaitForLaunch" };
      },
    },
  });
  await using client = await here.connect();
  const params = { vmID: vmId.toUpperCase(), vmParams: { vmId, xml: "<domain/>" } };
  const result = await client.call.VM.create(params, { correlationId: "flow:1\n" });
  assert.deepEqual(result, { vmId, status: "WaitForLaunch" });
  assert.deepEqual(seen, [{ vmID: vmId, vmParams: { vmId, xml: "<domain/>" } }, "flow:1\n", manager]);
});

test("a verb without result resolves to nothing", async () => {
  await using here = world({ Host: { ping2: async () => undefined } });
  await using client = await here.connect();
  assert.equal(await client.call.Host.ping2(), undefined);
});

test("many calls side by side each get their own answer", async () => {
  await using here = world({ Host: { echo: async ({ message }) => message } }, { limits: { queue: 500 } });
  await using client = await here.connect();
  const messages = Array.from({ length: 200 }, (_, index) => `message ${index}`);
  assert.deepEqual(await Promise.all(messages.map((message) => client.call.Host.echo({ message }))), messages);
});

test("an AgentFault of a verb arrives with code, text and name", async () => {
  await using here = world({
    VM: {
      async destroy({ vmID }) {
        throw new AgentFault("NoSuchVM", { vmId: vmID });
      },
    },
  });
  await using client = await here.connect();
  await assert.rejects(client.call.VM.destroy({ vmID: vmId }), (error) => {
    assert.ok(error instanceof AgentFault);
    assert.deepEqual(
      [error.code, error.errorName, error.message],
      [1, "NoSuchVM", `Virtual machine does not exist: {'vmId': '${vmId}'}`],
    );
    return true;
  });
});

test("every call is answered with 99 until recovery is done, and no event goes out", async () => {
  let isRecovering = true;
  await using here = world({ Host: { ping2: async () => undefined } }, { isRecovering: () => isRecovering });
  await using client = await here.connect();
  using events = client.events();
  await assert.rejects(client.call.Host.ping2(), isFault(99, /Recovering from crash or Initializing/));
  await assert.rejects(client.call.VM.pause({ vmID: vmId }), isFault(99));
  here.server.publish({ event: "host_conn", id: "no_id", params: {} });
  isRecovering = false;
  await client.call.Host.ping2();
  here.server.publish({ event: "VM_status", id: vmId, params: { [vmId]: { status: "Up" } } });
  for await (const { event } of events) {
    assert.equal(event.event, "VM_status");
    break;
  }
});

test("a verb that this agent does not have is answered with -32601", async () => {
  await using here = world({ Host: { ping2: async () => undefined } });
  await using client = await here.connect();
  await assert.rejects(client.call.VM.pause({ vmID: vmId }), isFault(-32601, /VM\.pause/));
});

test("bad parameters are answered with -32602 naming the parameter, and the verb is not called", async () => {
  await using here = world({
    VM: { create: async () => assert.fail("must not be called"), destroy: async () => undefined },
  });
  await using client = await here.connect();
  // @ts-expect-error: a client of another language
  await assert.rejects(client.call.VM.destroy({}), isFault(-32602, /vmID is missing/));
  await assert.rejects(client.call.VM.destroy({ vmID: "'; --" }), isFault(-32602, /vmID is not a UUID/));
  await assert.rejects(
    // @ts-expect-error: a client of another language
    client.call.VM.create({ vmID: vmId, vmParams: [] }),
    isFault(-32602, /vmParams must be an object, not a list/),
  );
  const gracefulAttempts = -1;
  await assert.rejects(client.call.VM.destroy({ vmID: vmId, gracefulAttempts }), isFault(-32602, /gracefulAttempts/));
});

test("another host may call only what migration needs", async () => {
  const verbs: SomeVerbs = { Host: { ping2: async () => undefined }, VM: { destroy: async () => undefined } };
  await using here = world(verbs);
  await using host = await here.connect({ role: "host", hostId: vmId });
  await host.call.Host.ping2();
  await assert.rejects(host.call.VM.destroy({ vmID: vmId }), isFault(-32000, /VM\.destroy/));
  await using ofManager = await here.connect();
  await ofManager.call.VM.destroy({ vmID: vmId });
});

test("events reach Managers in order with a growing notify_time, and never other hosts", async () => {
  let bootMs = 5000;
  await using here = world({ Host: { ping2: async () => undefined } }, { sinceBootMs: () => bootMs++ });
  await using client = await here.connect();
  await using host = await here.connect({ role: "host", hostId: vmId });
  using events = client.events();
  using eventsOfHost = host.events();
  await Promise.all([client.call.Host.ping2(), host.call.Host.ping2()]);
  const sent = [
    { event: "VM_status", id: vmId, params: { [vmId]: { status: "Powering up", hash: "1" } } },
    { event: "VM_status", id: vmId, params: { [vmId]: { status: "Down", exitCode: 0, exitReason: 6 } } },
    { event: "job_status", id: vmId, params: { id: vmId, status: "done", description: "", job_type: "storage" } },
  ] as const;
  for (const event of sent) here.server.publish(event);
  const received = [];
  for await (const event of events) {
    received.push(event);
    if (received.length === sent.length) break;
  }
  assert.deepEqual(
    received.map(({ event }) => event),
    sent,
  );
  assert.deepEqual(
    received.map(({ notifyTime }) => notifyTime),
    [2147488647, 2147488648, 2147488649],
  );
  await here.server.close();
  for await (const event of eventsOfHost) assert.fail(`a host received ${JSON.stringify(event)}`);
});

test("when the connection ends every waiter is told that the outcome is unknown", async () => {
  await using here = world({ VM: { pause: never, cont: never } });
  const client = await here.connect();
  const calls = [client.call.VM.pause({ vmID: vmId }), client.call.VM.cont({ vmID: vmId })];
  const settled = Promise.allSettled(calls);
  await poll("both calls to arrive", () => here.server.sessions.size === 1, { timeoutMs: 1000, everyMs: 1 });
  await here.server.close();
  for (const outcome of await settled) {
    assert.ok(outcome.status === "rejected" && outcome.reason instanceof OutcomeUnknown, String(outcome));
  }
  assert.ok((await client.closed) instanceof Error);
  assert.equal(client.isOpen, false);
  await assert.rejects(client.call.VM.pause({ vmID: vmId }), NotConnected);
});

test("a call that gets no answer in time ends with OutcomeUnknown, and a late answer is dropped", async () => {
  const clock = new FakeClock();
  const slow = Promise.withResolvers<string>();
  await using here = world({
    Host: { echo: ({ message }) => (message === "slow" ? slow.promise : Promise.resolve(message)) },
  });
  await using client = await here.connect(manager, { clock, heartbeatMs: 0 });
  const call = client.call.Host.echo({ message: "slow" }, { timeoutMs: 5000 });
  const settled = assert.rejects(call, (error) => {
    assert.ok(error instanceof OutcomeUnknown);
    assert.match(String(error.cause), /longer than 5 s/);
    return true;
  });
  await poll("the wait to begin", () => clock.sleeping > 0, { timeoutMs: 1000, everyMs: 1 });
  await clock.advance(5000);
  await settled;
  slow.resolve("late");
  assert.equal(await client.call.Host.echo({ message: "next" }), "next");
});

test("a signal ends the wait for one call and leaves the connection alone", async () => {
  await using here = world({ VM: { pause: never }, Host: { ping2: async () => undefined } });
  await using client = await here.connect();
  const stop = new AbortController();
  const call = client.call.VM.pause({ vmID: vmId }, { signal: stop.signal });
  stop.abort(new Error("not needed any more"));
  await assert.rejects(call, OutcomeUnknown);
  await client.call.Host.ping2();
});

test("so many calls run, so many wait, and the next is answered with 1100", async () => {
  const gates: (() => void)[] = [];
  const ping2 = (): Promise<void> => new Promise((resolve) => gates.push(resolve));
  await using here = world({ Host: { ping2 } }, { limits: { workers: 2, queue: 3 } });
  await using client = await here.connect();
  const calls = Array.from({ length: 5 }, () => client.call.Host.ping2());
  await poll("two calls to run", () => gates.length === 2, { timeoutMs: 1000, everyMs: 1 });
  await assert.rejects(client.call.Host.ping2(), isFault(1100));
  for (let done = 0; done < 5; done += 1) {
    await poll("the next call to run", () => gates.length > 0, { timeoutMs: 1000, everyMs: 1 });
    gates.shift()?.();
  }
  await Promise.all(calls);
});

test("a stuck call stops counting after its time, and others go on", async () => {
  const clock = new FakeClock();
  const limits = { workers: 1, queue: 10, workerTimeoutMs: 60_000 };
  await using here = world({ VM: { pause: never }, Host: { ping2: async () => undefined } }, { clock, limits });
  await using client = await here.connect(manager, { heartbeatMs: 0 });
  client.call.VM.pause({ vmID: vmId }).catch(() => undefined);
  const ping = client.call.Host.ping2();
  await poll("the stuck call to run", () => clock.sleeping === 1, { timeoutMs: 1000, everyMs: 1 });
  await clock.advance(60_000);
  await ping;
});

test("one host cannot take all the workers", async () => {
  await using here = world({ VM: { migrationCreate: never } }, { limits: { callsPerHost: 2 } });
  await using host = await here.connect({ role: "host", hostId: vmId });
  const create = () => host.call.VM.migrationCreate({ vmID: vmId, params: { vmId } });
  for (let call = 0; call < 2; call += 1) create().catch(() => undefined);
  await assert.rejects(create(), isFault(1100));
});

test("a mistake in a verb becomes -32603, and so does a result that does not fit its definition", async () => {
  await using here = world({
    Host: {
      ping2: async () => {
        throw new TypeError("undefined is not a function");
      },
      // @ts-expect-error: what the compiler would have found
      echo: async () => ({ no: "text" }),
    },
  });
  await using client = await here.connect();
  await assert.rejects(client.call.Host.ping2(), isFault(-32603));
  await assert.rejects(client.call.Host.echo({ message: "" }), isFault(-32603, /does not fit its definition/));
});

test("numbers in strings and unknown fields of another version are tolerated, missing fields are not", async () => {
  const stats = { vmId, status: "Up", statusTime: 12, elapsedTime: 3, guestCPUCount: "2", aNewField: { x: 1 } };
  const answers: unknown[] = [[stats], [{ vmId }]];
  const getAllVmStats = async (): Promise<never> => answers.shift() as never;
  await using here = world({ Host: { getAllVmStats } }, { checkResults: false });
  await using client = await here.connect();
  assert.deepEqual(await client.call.Host.getAllVmStats(), [
    { vmId, status: "Up", statusTime: "12", elapsedTime: "3", guestCPUCount: 2 },
  ]);
  await assert.rejects(client.call.Host.getAllVmStats(), (error) => {
    assert.ok(error instanceof UnexpectedAnswer);
    assert.match(String(error.cause), /status/);
    return true;
  });
});

test("a peer that is no agent is given up with the reason", async () => {
  const [here, there] = duplexPair();
  there.write("HTTP/1.1 400 Bad Request\r\n\r\n");
  await assert.rejects(connectAgent({ socket: here }), (error) => {
    assert.ok(error instanceof ConnectionEnded);
    assert.match(String((error.cause as Error).message), /no command/);
    return true;
  });
});

test("an agent that says nothing is given up after the time for connecting", async () => {
  const [here] = duplexPair();
  await assert.rejects(connectAgent({ socket: here, connectTimeoutMs: 20 }), ConnectionEnded);
  assert.equal(here.destroyed, true);
});

test("a slow reader of events keeps the newest and is told how many it missed", async () => {
  await using here = world({ Host: { ping2: async () => undefined } });
  await using client = await here.connect();
  using events = client.events();
  await client.call.Host.ping2();
  for (let count = 0; count < 1003; count += 1) here.server.publish({ event: "host_conn", id: "no_id", params: {} });
  await client.call.Host.ping2();
  assert.equal(events.missed, 3);
});
