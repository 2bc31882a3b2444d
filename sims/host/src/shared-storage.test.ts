import assert from "node:assert/strict";
import { test } from "node:test";
import { type AgentCalls, AgentFault, connectAgent } from "@yagura/agent-protocol";
import { blankUuid } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";
import { ids } from "./host.fixture.ts";
import { type SimulatedHost, SimulatedStorage, startSimulatedHost } from "./mod.ts";

const leaseMs = 700;
const storagepoolID = ids.pool;
const master = { masterSdUUID: ids.domain, masterVersion: 1 };
const start = { storagepoolID, prevID: -1, prevLver: "-1", enableScsiFencing: "false" } as const;

const isNotSpm = (error: unknown): boolean => error instanceof AgentFault && error.code === 654;
const isRefusedLease = (error: unknown): boolean => error instanceof AgentFault && error.code === 651;

interface Member {
  readonly host: SimulatedHost;
  call: AgentCalls;
  join(): Promise<void>;
  becomeSpm(): Promise<void>;
}

/** Two hosts that see one NFS domain, the master of a pool. */
async function twoHosts() {
  const storage = new SimulatedStorage({ leaseMs });
  const stack = new AsyncDisposableStack();
  const members: Member[] = [];
  for (const number of [1, 2]) {
    const host = stack.use(await startSimulatedHost({ storage, times: { taskMs: 1, recoverMs: 1 } }));
    const member: Member = {
      host,
      call: stack.use(await connectAgent({ host: host.address, port: host.port })).call,
      async join() {
        this.call = stack.use(await connectAgent({ host: host.address, port: host.port })).call;
        await poll("the agent to have recovered", () => this.call.Host.getStats().catch(() => undefined), {
          timeoutMs: 5000,
        });
        await this.call.StoragePool.connectStorageServer({
          storagepoolID: blankUuid,
          domainType: 1,
          connectionParams: [{ id: ids.connection, connection: "server:/export" }],
        });
        if (number === 1 && !storage.domains.has(ids.domain)) await makePool(this.call);
        await this.call.StoragePool.connect({
          storagepoolID,
          hostID: number,
          scsiKey: storagepoolID,
          ...master,
          domainDict: { [ids.domain]: "active" },
        });
      },
      async becomeSpm() {
        const taskID = await this.call.StoragePool.spmStart(start);
        const ended = await poll(
          "the start to end",
          async () => {
            const status = await this.call.Task.getStatus({ taskID });
            return status.taskState === "finished" && status;
          },
          { timeoutMs: 10_000, everyMs: 5 },
        );
        await this.call.Task.clear({ taskID });
        if (ended.code !== 0) throw AgentFault.received(ended.code, ended.message ?? "");
      },
    };
    await member.join();
    members.push(member);
  }
  const [one, two] = members;
  if (one === undefined || two === undefined) throw new Error("two hosts");
  return { storage, one, two, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function makePool(call: AgentCalls): Promise<void> {
  const domain = { storagedomainID: ids.domain, domainType: 1, typeArgs: "server:/export", name: "nfs" } as const;
  await call.StorageDomain.create({ ...domain, domainClass: 1, version: 5 });
  await call.StoragePool.create({
    storagepoolID,
    name: "dc",
    ...master,
    domainList: [ids.domain],
    lockRenewalIntervalSec: 5,
    leaseTimeSec: 60,
    ioOpTimeoutSec: 10,
    leaseRetries: 3,
  });
}

const spmOf = ({ call }: Member) => call.StoragePool.getSpmStatus({ storagepoolID });
const describe = ({ call }: Member, spmEpoch?: number) =>
  call.StorageDomain.activate({ storagedomainID: ids.domain, storagepoolID }, { spmEpoch });

test("all hosts read who has the lease; a living holder keeps it", async () => {
  await using world = await twoHosts();
  const { one, two } = world;
  assert.deepEqual(await spmOf(two), { spmStatus: "Free", spmId: -1, spmLver: 0 });
  await one.becomeSpm();
  assert.deepEqual(await spmOf(one), { spmStatus: "SPM", spmId: 1, spmLver: 1 });
  assert.deepEqual(await spmOf(two), { spmStatus: "Free", spmId: 1, spmLver: 1 });
  await assert.rejects(two.becomeSpm(), isRefusedLease);
  await one.call.StoragePool.spmStop({ storagepoolID });
  await two.becomeSpm();
  assert.deepEqual(await spmOf(one), { spmStatus: "Free", spmId: 2, spmLver: 2 });
});

test("a command for another epoch is refused", async () => {
  await using world = await twoHosts();
  const { one } = world;
  await one.becomeSpm();
  await describe(one, 1);
  await describe(one);
  await assert.rejects(describe(one, 0), isNotSpm);
  await one.call.StoragePool.spmStop({ storagepoolID });
  await one.becomeSpm();
  await assert.rejects(describe(one, 1), isNotSpm);
  await describe(one, 2);
});

test("the lease of a host without power stands for the lease time, and no longer", async () => {
  await using world = await twoHosts();
  const { one, two } = world;
  await one.becomeSpm();
  const cutAtMs = performance.now();
  await one.host.powerOff();
  assert.equal((await spmOf(two)).spmId, 1);
  await two.becomeSpm();
  assert.ok(performance.now() - cutAtMs >= leaseMs - 10);
  assert.deepEqual(await spmOf(two), { spmStatus: "SPM", spmId: 2, spmLver: 2 });
  await one.host.powerOn();
  await one.join();
  assert.deepEqual(await spmOf(one), { spmStatus: "Free", spmId: 2, spmLver: 2 });
});

test("an agent that ends gives its lease back at once, and its tasks are gone", async () => {
  await using world = await twoHosts();
  const { one, two } = world;
  await one.becomeSpm();
  await one.host.restart();
  assert.equal((await spmOf(two)).spmId, -1);
  await two.becomeSpm();
  await one.join();
  await assert.rejects(describe(one), isNotSpm);
});

test("a host that stood still for too long is SPM no more, and one that did not still is", async () => {
  await using world = await twoHosts();
  const { one, two } = world;
  await one.becomeSpm();
  one.host.freeze();
  await one.host.thaw();
  assert.equal((await spmOf(one)).spmStatus, "SPM");
  one.host.freeze();
  await two.becomeSpm();
  await one.host.thaw();
  await one.join();
  assert.deepEqual(await spmOf(one), { spmStatus: "Free", spmId: 2, spmLver: 2 });
});

test("storage that is cut for one host costs that host its role, and the other one takes it", async () => {
  await using world = await twoHosts();
  const { one, two } = world;
  await one.becomeSpm();
  one.host.cutStorage();
  await assert.rejects(describe(one), AgentFault);
  const { storageDomains } = await one.call.Host.getStats();
  assert.equal(storageDomains[ids.domain]?.valid, false);
  assert.equal((await two.call.Host.getStats()).storageDomains[ids.domain]?.valid, true);
  await two.becomeSpm();
  assert.equal((await spmOf(two)).spmId, 2);
  await assert.rejects(one.join());
  one.host.restoreStorage();
  await one.join();
  assert.deepEqual(await spmOf(one), { spmStatus: "Free", spmId: 2, spmLver: 2 });
});
