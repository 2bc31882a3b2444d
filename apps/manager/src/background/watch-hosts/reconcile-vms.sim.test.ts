import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentCalls } from "@yagura/agent-protocol";
import { type HostId, newId, parseId, type SagaId, type VmId } from "@yagura/std/ids.ts";
import { silentLog } from "@yagura/std/log.ts";
import type { OpContext } from "../../context.ts";
import { getHost } from "../../db/queries/hosts.ts";
import { deleteLocksOf, insertLocks } from "../../db/queries/locks.ts";
import { insertSaga } from "../../db/queries/sagas.ts";
import { ensureVm, getVm, updateVmRun, type VmRunChanges } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import { blankTemplateId } from "../../domain/template/template.ts";
import { hardwareDefaults } from "../../domain/vm/vm-hardware.ts";
import { ids, sagaWorld } from "../../sagas/saga-world.fixture.ts";
import { reconcileVms } from "./reconcile-vms.ts";

const vmId = parseId<VmId>("f0000000-0000-4000-8000-000000000001");

/** A VM with such a run, a simulated host, and what happens between its answer for all guests and our looking at it. */
async function vmWorld(run: VmRunChanges) {
  const world = await sagaWorld("none");
  const { db, deps, host } = world;
  await transaction(db, async (tx) => {
    await ensureVm(tx, {
      id: vmId,
      name: "demo",
      description: "",
      comment: "",
      clusterId: ids.cluster,
      templateId: blankTemplateId,
      type: "server",
      hardware: hardwareDefaults,
      isDeleteProtected: false,
      createdAtMs: 0,
      run: { status: "down", displays: [] },
    });
    await updateVmRun(tx, vmId, run);
  });
  const change = (changes: VmRunChanges) => transaction(db, (tx) => updateVmRun(tx, vmId, changes));
  const runGuest = async (): Promise<void> => {
    await deps.hosts.calls(ids.host).VM.create({
      vmID: vmId,
      vmParams: { vmId, vmName: "demo", xml: `<domain><name>demo</name><uuid>${vmId}</uuid></domain>` },
    });
  };
  const endGuest = () => deps.hosts.calls(ids.host).VM.destroy({ vmID: vmId });
  const reconcile = async (meanwhile: () => Promise<unknown> = () => Promise.resolve()): Promise<void> => {
    const calls = deps.hosts.calls(ids.host);
    const late: AgentCalls = {
      ...calls,
      Host: {
        ...calls.Host,
        async getAllVmStats(...args: Parameters<AgentCalls["Host"]["getAllVmStats"]>) {
          const answer = await calls.Host.getAllVmStats(...args);
          await meanwhile();
          return answer;
        },
      },
    };
    const context = {
      ...deps,
      hosts: { ...deps.hosts, calls: () => late },
      log: silentLog,
      signal: AbortSignal.timeout(20_000),
    } as unknown as OpContext;
    await reconcileVms(context, await getHost(db, ids.host));
  };
  const status = async () => (await getVm(db, vmId)).run.status;
  return {
    ...world,
    host,
    change,
    runGuest,
    endGuest,
    reconcile,
    status,
    [Symbol.asyncDispose]: world[Symbol.asyncDispose],
  };
}

const launching = { status: "wait_for_launch", hostId: ids.host as HostId, startedAtMs: 1 } as const;

test("a guest that its saga created after the host was asked is not taken for gone", async () => {
  await using world = await vmWorld(launching);
  const { db, reconcile, runGuest, status } = world;
  const sagaId = newId<SagaId>();
  await transaction(db, async (tx) => {
    await insertSaga(tx, {
      id: sagaId,
      name: "start-vm",
      params: {},
      status: "running",
      correlationId: "test",
      createdAtMs: 0,
    });
    await insertLocks(tx, [{ resource: `vm:${vmId}`, sagaId, reason: "Launching VM demo" }]);
  });
  await reconcile(async () => {
    await runGuest();
    await transaction(db, (tx) => deleteLocksOf(tx, sagaId));
  });
  assert.equal(await status(), "wait_for_launch");
  await reconcile();
  assert.notEqual(await status(), "down");
});

test("what a host said of the run before says nothing of the run now", async () => {
  await using world = await vmWorld(launching);
  await world.reconcile(() => world.change({ startedAtMs: 2 }));
  assert.equal(await world.status(), "wait_for_launch");
  await world.reconcile();
  assert.equal(await world.status(), "down");
});

test("a guest that was ended after the host was asked is not adopted", async () => {
  await using world = await vmWorld({ status: "down" });
  await world.runGuest();
  await world.reconcile(async () => {
    await world.endGuest();
    await world.change({ stoppedAtMs: Date.now() });
  });
  assert.equal(await world.status(), "down");
});

test("a guest that runs although nobody asked for it is adopted", async () => {
  await using world = await vmWorld({ status: "down" });
  await world.runGuest();
  await world.reconcile();
  assert.notEqual(await world.status(), "down");
});

test("a host forgets a guest that has ended, and not one that was started since", async () => {
  await using world = await vmWorld({ ...launching, status: "up" });
  await world.runGuest();
  world.host.crashVm(vmId);
  await world.reconcile();
  assert.deepEqual([await world.status(), world.host.vms.length], ["down", 0]);

  await world.runGuest();
  world.host.crashVm(vmId);
  await world.reconcile(async () => {
    await world.endGuest();
    await world.runGuest();
  });
  assert.equal(world.host.vms.length, 1, "the new guest lives");
});
