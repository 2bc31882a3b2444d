import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AgentClient,
  AgentFault,
  ConnectionEnded,
  connectAgent,
  OutcomeUnknown,
  verbNames,
} from "@yagura/agent-protocol";
import { createAuthority } from "@yagura/pki";
import { systemClock } from "@yagura/std/clock.ts";
import { type HostId, newId } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { hostCredentials, managerTls } from "./credentials.fixture.ts";
import { diskless, domainXml, ids, prepareStorage } from "./host.fixture.ts";
import { type SimulatedHost, type SimulatedHostOptions, startSimulatedHost } from "./mod.ts";
import { putImage } from "./put-image.fixture.ts";

const quick = { timeoutMs: 2000, everyMs: 2 };

interface Pair extends AsyncDisposable {
  readonly host: SimulatedHost;
  readonly client: AgentClient;
}

async function pair(options: SimulatedHostOptions = {}): Promise<Pair> {
  const host = await startSimulatedHost({
    times: { taskMs: 1, launchMs: 1, bootMs: 1, guestAgentMs: 1, shutdownMs: 1, recoverMs: 1 },
    ...options,
  });
  const client = await connect(host);
  return {
    host,
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      await host.close();
    },
  };
}

const connect = (host: SimulatedHost): Promise<AgentClient> =>
  connectAgent({ host: host.address, port: host.port, tls: false, heartbeatMs: 0 });

function isFault(name: string) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof AgentFault, String(error));
    assert.equal(error.errorName, name);
    return true;
  };
}

function taskWaiter({ client }: Pair) {
  return async (taskID: string): Promise<void> => {
    await poll("the task", async () => (await client.call.Task.getStatus({ taskID })).taskState === "finished", quick);
    const status = await client.call.Task.getStatus({ taskID });
    assert.equal(status.code, 0, status.message);
    await client.call.Task.clear({ taskID });
  };
}

test("a guest goes from WaitForLaunch to Up, its agent speaks, and every step is announced", async () => {
  const clock = new FakeClock();
  await using both = await pair({ clock, times: {} });
  const { client, host } = both;
  using events = client.events();
  await client.call.Host.ping2();
  const created = await client.call.VM.create({ vmID: ids.vm, vmParams: { vmId: ids.vm, xml: diskless() } });
  assert.equal(created.status, "WaitForLaunch");
  const statuses: string[] = [];
  for (const stepMs of [300, 1500, 1000]) {
    await clock.advance(stepMs);
    statuses.push(host.vms[0]?.status ?? "none");
  }
  assert.deepEqual(statuses, ["Powering up", "Up", "Up"]);
  const [stats] = await client.call.VM.getStats({ vmID: ids.vm });
  assert.ok(stats !== undefined && "netIfaces" in stats);
  assert.deepEqual([stats.guestName, stats.netIfaces?.[0]?.inet, stats.elapsedTime], ["demo", ["10.1.2.3"], "2"]);
  const announced: (string | undefined)[] = [];
  for await (const { event } of events) {
    if (event.event === "VM_status") announced.push(event.params[ids.vm]?.status);
    if (announced.length === 3) break;
  }
  assert.deepEqual(announced, ["WaitForLaunch", "Powering up", "Up"]);
});

test("a guest that is shut down stays as Down with its reason until it is destroyed", async () => {
  await using both = await pair({ mode: "explicit" });
  const { client, host } = both;
  await client.call.VM.create({ vmID: ids.vm, vmParams: { vmId: ids.vm, xml: diskless() } });
  host.stepUntil(ids.vm, "Up");
  await client.call.VM.shutdown({ vmID: ids.vm });
  host.stepUntil(ids.vm, "Down");
  const [stats] = await client.call.Host.getAllVmStats();
  assert.ok(stats !== undefined && "exitReason" in stats);
  assert.deepEqual([stats.status, stats.exitCode, stats.exitReason], ["Down", 0, 6]);
  await assert.rejects(client.call.VM.pause({ vmID: ids.vm }), isFault("VMIsDown"));
  await client.call.VM.destroy({ vmID: ids.vm });
  assert.deepEqual(await client.call.Host.getAllVmStats(), []);
  await assert.rejects(client.call.VM.destroy({ vmID: ids.vm }), isFault("NoSuchVM"));
});

test("a guest whose volume is missing goes down with a reason, as VDSM's do", async () => {
  await using both = await pair({ mode: "explicit" });
  const { client, host } = both;
  await client.call.VM.create({ vmID: ids.vm, vmParams: { vmId: ids.vm, xml: domainXml() } });
  host.step(ids.vm);
  const [stats] = await client.call.VM.getStats({ vmID: ids.vm });
  assert.ok(stats !== undefined && "exitMessage" in stats);
  assert.match(String(stats.exitMessage), /Bad volume specification/);
});

test("the whole flow of the Manager works: storage, tasks, upload, guest, statistics", async () => {
  await using both = await pair();
  const { client, host } = both;
  await prepareStorage(client.call, taskWaiter(both));
  assert.equal((await client.call.StoragePool.getSpmStatus({ storagepoolID: ids.pool })).spmStatus, "SPM");
  const volumeIds = { volumeID: ids.volume, storagepoolID: ids.pool, storagedomainID: ids.domain, imageID: ids.image };
  const at = { host: host.address, port: host.port, tls: false } as const;
  await taskWaiter(both)(await putImage(at, volumeIds, Buffer.alloc(100_000, 7)));
  assert.equal((await client.call.Volume.getInfo(volumeIds)).truesize, "100000");
  await client.call.VM.create({ vmID: ids.vm, vmParams: { vmId: ids.vm, xml: domainXml() } });
  await poll("the guest agent", () => host.vms[0]?.hasGuestAgent, quick);
  const stats = await client.call.Host.getStats();
  assert.deepEqual([stats.vmActive, stats.storageDomains[ids.domain]?.valid], [1, true]);
  const capabilities = await client.call.Host.getCapabilities();
  assert.ok("ovirtmgmt" in capabilities.networks);
  assert.deepEqual(Object.keys(await client.call.Host.dumpxmls({ vmList: [ids.vm] })), [ids.vm]);
});

test("a host that is not the SPM refuses what only the SPM may do", async () => {
  await using both = await pair();
  await prepareStorage(both.client.call, taskWaiter(both));
  await both.client.call.StoragePool.spmStop({ storagepoolID: ids.pool });
  const image = { imageID: ids.image, storagepoolID: ids.pool, storagedomainID: ids.domain };
  await assert.rejects(both.client.call.Image.delete({ ...image, postZero: false, force: false }), (error) => {
    assert.ok(error instanceof AgentFault);
    assert.equal(error.code, 654);
    return true;
  });
});

test("failNext makes only the next calls of that verb fail", async () => {
  await using both = await pair();
  both.host.failNext("VM.create", new AgentFault("OutOfMemory"));
  const create = () => both.client.call.VM.create({ vmID: ids.vm, vmParams: { vmId: ids.vm, xml: diskless() } });
  await assert.rejects(create(), isFault("OutOfMemory"));
  await create();
  assert.deepEqual(
    both.host.calls.map(({ verb }) => verb),
    ["VM.create", "VM.create"],
  );
});

test("a silent host neither answers nor closes; when it speaks again, the answer comes", async () => {
  await using both = await pair();
  both.host.silence();
  const ping = both.client.call.Host.ping2({}, { timeoutMs: 30 });
  await assert.rejects(ping, OutcomeUnknown);
  assert.equal(both.client.isOpen, true);
  both.host.speak();
  await both.client.call.Host.ping2();
});

test("after a restart connections are gone, calls get 99 until recovery ends, and guests go on", async () => {
  await using both = await pair({ mode: "explicit" });
  await both.client.call.VM.create({ vmID: ids.vm, vmParams: { vmId: ids.vm, xml: diskless() } });
  await both.host.restart();
  assert.ok((await both.client.closed) instanceof Error);
  await using again = await connect(both.host);
  await assert.rejects(again.call.Host.getAllVmStats(), isFault("RecoveryInProgress"));
  both.host.finishRecovery();
  assert.equal((await again.call.Host.getAllVmStats()).length, 1);
});

test("a host without power cannot be reached and comes back without guests", async () => {
  await using both = await pair({ mode: "explicit" });
  await both.client.call.VM.create({ vmID: ids.vm, vmParams: { vmId: ids.vm, xml: diskless() } });
  await both.host.powerOff();
  await assert.rejects(connect(both.host), ConnectionEnded);
  await both.host.powerOn();
  await using again = await connect(both.host);
  assert.deepEqual(await again.call.Host.getAllVmStats(), []);
});

test("every verb of the definition is answered", async () => {
  await using both = await pair();
  for (const name of verbNames) {
    const [namespace = "", verb = ""] = name.split(".");
    const calls = both.client.call as unknown as Record<string, Record<string, (params: object) => Promise<unknown>>>;
    const error = await calls[namespace]?.[verb]?.({}).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error === undefined || (error instanceof AgentFault && error.code !== -32603), `${name}: ${error}`);
  }
});

test("over TLS a Manager may do all, another host little, and a stranger nothing", async () => {
  const authority = await createAuthority({ name: "test", nowMs: systemClock.nowMs() });
  const stranger = await createAuthority({ name: "other", nowMs: systemClock.nowMs() });
  const hostId = newId<HostId>();
  await using host = await startSimulatedHost({ hostId, credentials: await hostCredentials(authority, hostId) });
  const at = { host: host.address, port: host.port };
  await using manager = await connectAgent({ ...at, tls: await managerTls(authority) });
  assert.equal((await manager.call.Host.getCapabilities()).uuid, hostId);
  const peer = await hostCredentials(authority, newId<HostId>());
  await using other = await connectAgent({ ...at, tls: peer });
  await other.call.Host.ping2();
  await assert.rejects(other.call.Host.getStats(), isFault("NotAllowed"));
  const foreign = await hostCredentials(stranger, newId<HostId>());
  await assert.rejects(connectAgent({ ...at, tls: { ...foreign, ca: authority.certificatePem } }), ConnectionEnded);
  await assert.rejects(connectAgent({ ...at, tls: { ca: authority.certificatePem } }), ConnectionEnded);
});
