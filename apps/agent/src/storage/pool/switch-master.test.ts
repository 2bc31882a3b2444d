/** The master moves from one domain to another, and the process dies between any two effects of that. */
import assert from "node:assert/strict";
import { mkdir, readdir } from "node:fs/promises";
import { describe, test } from "node:test";
import { newId, type StorageDomainId } from "@yagura/std/ids.ts";
import { Life, mortalFiles } from "../../../test/mortal-files.ts";
import {
  becomeSpm,
  domainId,
  ended,
  finished,
  newVolume,
  poolId,
  type StorageWorld,
  storageWorld,
} from "../../../test/storage-world.ts";
import type { PoolConnection } from "../contract/pools.ts";
import { openStorage } from "../open-storage.ts";
import type { Storage } from "../storage.ts";

const EFFECTS_MAX = 100;
const otherId = newId<StorageDomainId>();
const move = { fromDomainId: domainId, toDomainId: otherId, masterVersion: 2 };
const domains: PoolConnection["domains"] = new Map([
  [domainId, "active"],
  [otherId, "active"],
]);
const before: PoolConnection = { poolId, hostNumber: 1, masterDomainId: domainId, masterVersion: 1, domains };
const after: PoolConnection = { ...before, masterDomainId: otherId, masterVersion: 2 };

/** An SPM with a second active domain, and a finished task in the journal. */
async function twoDomains(world: StorageWorld): Promise<void> {
  const { storage, storagePath, path } = world;
  await becomeSpm(storage, storagePath);
  await mkdir(`${path}/other`);
  await connectBoth(world, storage);
  const domain = { type: "LOCALFS", class: "Data", name: "other", path: `${path}/other`, version: 5 } as const;
  await storage.domains.create({ ...domain, domainId: otherId });
  await storage.domains.attach(otherId, poolId);
  await storage.domains.activate(otherId, poolId);
  await finished(storage, await storage.volumes.create(poolId, newVolume()));
}

async function connectBoth({ storagePath, path }: StorageWorld, storage: Storage): Promise<void> {
  await storage.connections.connect([
    { connectionId: "c", type: "LOCALFS", path: storagePath },
    { connectionId: "d", type: "LOCALFS", path: `${path}/other` },
  ]);
}

const rolesOf = (storage: Storage) =>
  Promise.all(
    [domainId, otherId].map(async (id) => {
      const { role, masterVersion } = await storage.domains.getInfo(id);
      return `${role} ${masterVersion}`;
    }),
  );

describe("StoragePool.switchMaster", () => {
  test("moves the role and the journal, and the host stays SPM", async () => {
    await using world = await storageWorld();
    const { storage, path } = world;
    await twoDomains(world);
    const taskIds = storage.tasks.listStatuses().map(({ taskId }) => taskId);
    await finished(storage, await storage.pools.switchMaster(poolId, move));
    assert.deepEqual(await rolesOf(storage), ["Regular 0", "Master 2"]);
    const info = await storage.pools.getInfo(poolId);
    assert.deepEqual([info.masterDomainId, info.masterVersion, info.spm.status], [otherId, 2, "SPM"]);
    assert.equal((await readdir(`${path}/other/${otherId}/master/tasks`)).length, 1);
    for (const taskId of taskIds.slice(1)) assert.equal(storage.tasks.getStatus(taskId).result, "success");
    await finished(storage, await storage.volumes.create(poolId, newVolume()));
    await assert.rejects(storage.pools.connect(before), { code: 324 });
  });

  test("is refused for what cannot be the next master", async () => {
    await using world = await storageWorld();
    const { storage } = world;
    await twoDomains(world);
    const { switchMaster } = storage.pools;
    await assert.rejects(switchMaster(poolId, { ...move, masterVersion: 1 }), { code: 324 });
    await assert.rejects(switchMaster(poolId, { ...move, fromDomainId: otherId }), { code: 324 });
    await assert.rejects(switchMaster(poolId, { ...move, toDomainId: domainId }), { code: 1000 });
    await assert.rejects(switchMaster(poolId, { ...move, toDomainId: newId() }), { code: 353 });
    await assert.rejects(switchMaster(poolId, { ...move, epoch: 5 }), { code: 654, message: /epoch 5 .* epoch 0/ });
    await storage.domains.deactivate(otherId, poolId);
    await assert.rejects(switchMaster(poolId, move), { code: 369 });
    await storage.pools.stopSpm(poolId);
    await assert.rejects(switchMaster(poolId, move), { code: 654 });
  });

  test("leaves exactly one master that a host can be connected to, wherever the process dies", async () => {
    for (let effects = 0; ; effects++) {
      assert.ok(effects < EFFECTS_MAX, "switching never ended");
      const life = new Life();
      await using world = await storageWorld({ files: mortalFiles(life) });
      await twoDomains(world);
      life.dieAfter(effects);
      await ended(world.storage, await world.storage.pools.switchMaster(poolId, move)).catch(() => undefined);
      if (!life.isDead) break;
      await using next = await openStorage({ ...world.options, files: mortalFiles(new Life()) });
      await connectBoth(world, next);
      const connected: PoolConnection[] = [];
      for (const connection of [before, after]) {
        const error: unknown = await next.pools.connect(connection).catch((cause: unknown) => cause);
        if (error === undefined) connected.push(connection);
        else assert.equal((error as { code?: unknown }).code, 324, `after ${effects} effects: ${error}`);
      }
      assert.equal(connected.length, 1, `after ${effects} effects: ${await rolesOf(next)}`);
      await finished(next, await next.pools.startSpm(poolId));
      const isMoved = connected[0] === after;
      assert.deepEqual(await rolesOf(next), isMoved ? ["Regular 0", "Master 2"] : ["Master 1", "Regular 0"]);
      assert.equal(next.tasks.listStatuses().filter(({ result }) => result === "success").length >= 1, true);
      if (!isMoved) await finished(next, await next.pools.switchMaster(poolId, move));
      assert.deepEqual(await rolesOf(next), ["Regular 0", "Master 2"]);
    }
  });
});

describe("StoragePool.reconstructMaster", () => {
  const master = { poolId, hostNumber: 1, masterDomainId: otherId, masterVersion: 2 };

  test("makes a domain master when the one before is out of reach, and the old one is demoted when it is seen again", async () => {
    await using world = await storageWorld();
    const { storage, path, storagePath } = world;
    await twoDomains(world);
    await assert.rejects(storage.pools.reconstructMaster(master), { code: 325 });
    await storage.pools.stopSpm(poolId);
    await storage.pools.disconnect(poolId);
    await storage.connections.disconnect([{ connectionId: "c", type: "LOCALFS", path: storagePath }]);
    await storage.pools.reconstructMaster(master);
    await storage.pools.reconstructMaster(master);
    await storage.pools.connect(after);
    await finished(storage, await storage.pools.startSpm(poolId));
    await storage.pools.stopSpm(poolId);

    await storage.connections.connect([{ connectionId: "c", type: "LOCALFS", path: storagePath }]);
    assert.deepEqual(await rolesOf(storage), ["Master 1", "Master 2"]);
    await assert.rejects(storage.pools.connect(before), { code: 324, message: /master 2 of pool/ });
    await storage.pools.connect(after);
    await finished(storage, await storage.pools.startSpm(poolId));
    assert.deepEqual(await rolesOf(storage), ["Regular 0", "Master 2"]);
    assert.deepEqual(await readdir(`${path}/other/${otherId}/master/tasks`), []);
  });

  test("is refused for a domain of another pool, and for a version that was there already", async () => {
    await using world = await storageWorld();
    const { storage } = world;
    await twoDomains(world);
    await storage.pools.stopSpm(poolId);
    await storage.pools.disconnect(poolId);
    await assert.rejects(storage.pools.reconstructMaster({ ...master, poolId: newId() }), { code: 353 });
    await storage.pools.reconstructMaster({ ...master, masterVersion: 7 });
    await assert.rejects(storage.pools.reconstructMaster(master), { code: 324 });
    await assert.rejects(storage.pools.reconstructMaster({ ...master, masterDomainId: newId() }), { code: 358 });
  });
});
