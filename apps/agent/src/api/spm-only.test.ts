import assert from "node:assert/strict";
import { test } from "node:test";
import { AgentFault, type CallContext } from "@yagura/agent-protocol";
import { newId } from "@yagura/std/ids.ts";
import { silentLog } from "@yagura/std/log.ts";
import { becomeSpm, domainId, poolId, storageWorld } from "../../test/storage-world.ts";
import type { Storage } from "../storage/storage.ts";
import { agentVerbs } from "./agent-verbs.ts";
import type { HostApi } from "./host.ts";
import { spmOnlyVerbs } from "./spm-only.ts";

/** What is no change of a pool's structure, and why not: every verb of the agent is either here or in the table. */
const others: Readonly<Record<string, readonly string[]>> = {
  "they read": [
    "StoragePool.getInfo",
    "StoragePool.getSpmStatus",
    "StorageDomain.validate",
    "StorageDomain.getInfo",
    "StorageDomain.getStats",
    "StorageDomain.getImages",
    "StorageDomain.getVolumes",
    "Volume.measure",
    "Volume.getInfo",
    "Volume.getSize",
    "Volume.getQemuImageInfo",
    "Volume.verify_untrusted",
    "Volume.refresh",
    "Image.getVolumes",
    "Lease.info",
    "Lease.status",
  ],
  "they concern this host alone": [
    "StoragePool.connectStorageServer",
    "StoragePool.disconnectStorageServer",
    "StoragePool.connect",
    "StoragePool.disconnect",
    "StoragePool.spmStart",
    "StoragePool.spmStop",
    "Volume.teardown",
    "Image.prepare",
    "Image.teardown",
    "Task.getStatus",
    "Task.getInfo",
    "Task.clear",
    "Task.stop",
    "Task.revert",
  ],
  "there is no pool, or no SPM, yet or any more": [
    "StoragePool.create",
    "StoragePool.reconstructMaster",
    "StorageDomain.create",
    "StorageDomain.format",
  ],
  "they change one volume under its lease": [
    "SDM.copy_data",
    "SDM.update_volume",
    "SDM.amend_volume",
    "SDM.sparsify_volume",
    "SDM.merge",
  ],
  "they are not offered": ["Image.move", "Image.cloneStructure", "Image.syncData", "Lease.fence"],
};

type AnyVerb = (params: unknown, context: unknown) => Promise<unknown>;

function verbsOf(storage: Storage): ReadonlyMap<string, AnyVerb> {
  // Nothing of a guest is asked for here.
  const virt = { log: silentLog, vms: { list: () => [] } };
  const host = { storage, virt, sampler: {} } as unknown as HostApi;
  const namespaces = Object.entries(agentVerbs(host)) as [string, Record<string, AnyVerb>][];
  return new Map(
    namespaces.flatMap(([namespace, members]) =>
      Object.entries(members).map(([name, verb]): [string, AnyVerb] => [`${namespace}.${name}`, verb]),
    ),
  );
}

const context = (spmEpoch?: number): CallContext => ({
  peer: { role: "manager" },
  correlationId: undefined,
  spmEpoch,
  signal: new AbortController().signal,
  localAddress: undefined,
});

/** Whatever a verb of the table asks for. */
const params = {
  storagepoolID: poolId,
  storagedomainID: domainId,
  imageID: newId(),
  volumeID: newId(),
  sd_id: domainId,
  lease: { sd_id: domainId, lease_id: newId() },
};

test("every verb of storage is either in the table of those that only the SPM may, or known to need no SPM", async () => {
  await using world = await storageWorld();
  const ofStorage = [...verbsOf(world.storage).keys()].filter((verb) => !/^(Host|VM)\./.test(verb));
  assert.deepEqual(ofStorage.sort(), [...Object.keys(spmOnlyVerbs), ...Object.values(others).flat()].sort());
});

for (const verb of Object.keys(spmOnlyVerbs)) {
  test(`${verb} is refused by a host that is not the SPM, and in another epoch than the caller means`, async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    const call = verbsOf(storage).get(verb);
    assert.ok(call !== undefined);
    await assert.rejects(call(params, context(7)), (error: unknown) => {
      assert.ok(error instanceof AgentFault);
      assert.deepEqual([error.code, /epoch 7 .* epoch 0/.test(error.message)], [654, true]);
      return true;
    });
    await storage.pools.stopSpm(poolId);
    await assert.rejects(call(params, context()), { code: 654 });
    await storage.pools.disconnect(poolId);
    if (spmOnlyVerbs[verb as keyof typeof spmOnlyVerbs] === "pool") {
      await assert.rejects(call(params, context()), { code: 309 });
    }
  });
}
