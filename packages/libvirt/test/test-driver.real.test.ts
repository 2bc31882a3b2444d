// The contract with a real libvirtd, on its simulated hypervisor: calls, errors, events, parameters, the end of a daemon.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { poll } from "@yagura/std/poll.ts";
import {
  CannotConnect,
  type Connection,
  ConnectionLost,
  charsToText,
  connect,
  formatUuid,
  isLibvirtError,
  isNoDomain,
  LibvirtError,
  objectToParams,
  paramsToObject,
  parseUuid,
  uint,
  VIR_DOMAIN_RUNNING,
  VIR_ERR_OPERATION_INVALID,
} from "../src/mod.ts";
import { type RealDaemon, startRealDaemon, whyNoLibvirtd } from "./real-daemon.ts";

const TEST_GUEST = "6695eb01-f6a4-8304-79aa-97f2502e193f";

describe("libvirtd and test:///default", { skip: await whyNoLibvirtd() }, () => {
  let daemon: RealDaemon;
  let libvirt: Connection;
  const open = (uri = "test:///default"): Promise<Connection> => connect({ uri, socketPath: daemon.socketPath });

  before(async () => {
    daemon = await startRealDaemon();
    libvirt = await open();
  });
  after(async () => {
    await libvirt.close();
    await daemon[Symbol.asyncDispose]();
  });

  test("a connection says what it is connected to", async () => {
    assert.equal((await libvirt.remote.connectGetType()).type, "TEST");
    assert.ok((await libvirt.remote.connectGetLibVersion()).libVer >= 9_000_000);
    assert.equal((await libvirt.remote.connectGetUri()).uri, "test:///default");
    assert.equal(charsToText((await libvirt.remote.nodeGetInfo()).model), "i686");
  });

  test("a driver that does not exist is said by libvirt itself", async () => {
    await assert.rejects(
      open("nonsense:///system"),
      (error: Error) => error instanceof CannotConnect && isLibvirtError(error.cause),
    );
  });

  test("a guest is found by name and UUID, and one that is not there is told apart from other failures", async () => {
    const { dom } = await libvirt.remote.domainLookupByUuid({ uuid: parseUuid(TEST_GUEST) });
    assert.deepEqual([dom.name, formatUuid(dom.uuid)], ["test", TEST_GUEST]);
    assert.equal((await libvirt.remote.domainGetState({ dom })).state, VIR_DOMAIN_RUNNING);
    await assert.rejects(libvirt.remote.domainLookupByName({ name: "nobody" }), isNoDomain);
    await assert.rejects(
      libvirt.remote.domainResume({ dom }),
      (error) => isLibvirtError(error, VIR_ERR_OPERATION_INVALID) || error instanceof LibvirtError,
    );
  });

  test("thousands of calls side by side each get their own answer", async () => {
    const { domains } = await libvirt.remote.connectListAllDomains({ needResults: 1 });
    const [dom] = domains;
    assert.ok(dom);
    const calls = Array.from({ length: 3_000 }, async (_, index) => {
      if (index % 3 === 0) assert.equal((await libvirt.remote.domainGetOsType({ dom })).type, "linux");
      else if (index % 3 === 1) assert.equal((await libvirt.remote.domainGetMaxVcpus({ dom })).num, 2);
      else await assert.rejects(libvirt.remote.domainLookupByName({ name: `nobody ${index}` }), isNoDomain);
    });
    await Promise.all(calls);
  });

  test("the life of a guest comes as events, in order, to those who asked for that guest", async () => {
    await using other = await open();
    const heard: string[] = [];
    const { dom: test } = await other.remote.domainLookupByName({ name: "test" });
    await using all = await libvirt.events.domain("lifecycle", ({ dom, event }) => heard.push(`${dom.name} ${event}`));
    await using ofOne = await libvirt.events.domain(
      "lifecycle",
      ({ dom, event }) => heard.push(`one: ${dom.name} ${event}`),
      test,
    );
    const xmlDesc = "<domain type='test'><name>brief</name><memory>65536</memory><os><type>hvm</type></os></domain>";
    const { dom } = await libvirt.remote.domainDefineXml({ xml: xmlDesc });
    await libvirt.remote.domainCreate({ dom });
    await libvirt.remote.domainSuspend({ dom });
    await libvirt.remote.domainResume({ dom });
    await libvirt.remote.domainDestroy({ dom });
    await libvirt.remote.domainUndefine({ dom });
    await poll("the last event", () => heard.length >= 6, { timeoutMs: 5_000, everyMs: 5 });
    assert.deepEqual(heard, ["brief 0", "brief 2", "brief 3", "brief 4", "brief 5", "brief 1"]);
    await libvirt.remote.domainSuspend({ dom: test });
    await libvirt.remote.domainResume({ dom: test });
    await poll(
      "the events of the other guest",
      () => heard.filter((line) => line.startsWith("one: test")).length === 2,
      { timeoutMs: 5_000, everyMs: 5 },
    );
    assert.ok(all !== ofOne);
  });

  test("networks, storage pools and node devices have events as well", async () => {
    const heard: string[] = [];
    await using networks = await libvirt.events.network("lifecycle", ({ net, event }) =>
      heard.push(`network ${net.name} ${event}`),
    );
    await using pools = await libvirt.events.storagePool("lifecycle", ({ pool, event }) =>
      heard.push(`pool ${pool.name} ${event}`),
    );
    await using refreshes = await libvirt.events.storagePool("refresh", ({ pool }) =>
      heard.push(`refresh ${pool.name}`),
    );
    await using devices = await libvirt.events.nodeDevice("lifecycle", ({ dev, event }) =>
      heard.push(`device ${dev.name} ${event}`),
    );
    assert.ok(networks && pools && refreshes && devices);
    const { net } = await libvirt.remote.networkLookupByName({ name: "default" });
    await libvirt.remote.networkDestroy({ net });
    await libvirt.remote.networkCreate({ net });
    const { pool } = await libvirt.remote.storagePoolLookupByName({ name: "default-pool" });
    await libvirt.remote.storagePoolRefresh({ pool });
    await libvirt.remote.storagePoolDestroy({ pool });
    await libvirt.remote.storagePoolCreate({ pool });
    await poll("the last event", () => heard.length >= 5, { timeoutMs: 5_000, everyMs: 5 });
    assert.deepEqual(heard, [
      "network default 3",
      "network default 2",
      "refresh default-pool",
      "pool default-pool 3",
      "pool default-pool 2",
    ]);
  });

  test("typed parameters are taken and given back", async () => {
    const { dom } = await libvirt.remote.domainLookupByName({ name: "test" });
    await libvirt.remote.domainSetBlkioParameters({ dom, params: objectToParams({ weight: uint(600) }), flags: 2 });
    const count = await libvirt.remote.domainGetBlkioParameters({ dom, nparams: 0, flags: 2 });
    const { params } = await libvirt.remote.domainGetBlkioParameters({ dom, nparams: count.nparams, flags: 2 });
    assert.equal(paramsToObject(params)["weight"], 600);
    const { retStats } = await libvirt.remote.connectGetAllDomainStats({ doms: [], stats: 0 });
    assert.equal(paramsToObject(retStats[0]?.params ?? [])["state.state"], VIR_DOMAIN_RUNNING);
  });

  test("an abandoned call and many connections at once do no harm", async () => {
    const signal = AbortSignal.timeout(0);
    await Promise.allSettled(Array.from({ length: 50 }, () => libvirt.remote.connectGetCapabilities({ signal })));
    const connections = await Promise.all(Array.from({ length: 10 }, () => open()));
    const names = await Promise.all(connections.map(({ remote }) => remote.connectGetHostname()));
    assert.equal(new Set(names.map(({ hostname }) => hostname)).size, 1);
    await Promise.all(connections.map((connection) => connection.close()));
    assert.deepEqual(await Promise.all(connections.map(({ closed }) => closed)), Array(10).fill(undefined));
    assert.equal((await libvirt.remote.connectGetType()).type, "TEST");
  });

  test("a daemon that stops talking is given up by keepalive, and one that talks is not", async () => {
    await using quiet = await connect({
      uri: "test:///default",
      socketPath: daemon.socketPath,
      keepaliveIntervalMs: 100,
      keepaliveUnansweredMax: 3,
    });
    let isClosed = false;
    const closed = quiet.closed.then((reason) => {
      isClosed = true;
      return reason;
    });
    // Several intervals in which only pings and pongs pass.
    const begin = performance.now();
    await poll("some quiet time", () => performance.now() - begin > 1_000, { timeoutMs: 5_000 });
    assert.equal(isClosed, false);
    const pid = await daemon.pid();
    process.kill(pid, "SIGSTOP");
    try {
      const waiting = assert.rejects(quiet.remote.connectGetCapabilities(), ConnectionLost);
      assert.match(String(await closed), /silent for 0.4 s/);
      await waiting;
    } finally {
      process.kill(pid, "SIGCONT");
    }
  });

  test("a killed daemon releases all waiters with the reason, and a new one can be connected to", async () => {
    const doomed = await open();
    const calls = Array.from({ length: 5_000 }, () => doomed.remote.connectGetCapabilities());
    const outcomes = Promise.allSettled(calls);
    await calls[0];
    process.kill(await daemon.pid(), "SIGKILL");
    const lost = (await outcomes).filter((outcome) => outcome.status === "rejected");
    assert.ok(lost.length > 1_000, `${lost.length} were under way`);
    assert.ok(lost.every(({ reason }) => reason instanceof ConnectionLost));
    assert.ok((await doomed.closed) instanceof ConnectionLost);
    assert.ok((await libvirt.closed) instanceof ConnectionLost);
    await daemon.restart();
    libvirt = await open();
    assert.equal((await libvirt.remote.connectGetType()).type, "TEST");
  });
});
