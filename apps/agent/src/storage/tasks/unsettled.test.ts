import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { poll } from "@yagura/std/poll.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import {
  becomeSpm,
  domainId,
  ended,
  fakeQemuImg,
  finished,
  newVolume,
  poolId,
  type StorageWorld,
  storageWorld,
} from "../../../test/storage-world.ts";
import { rootCallsInProcess } from "../../root/in-process.ts";
import { openStorageFiles, type StorageFiles } from "../files/storage-files.ts";

interface Broken {
  readonly world: StorageWorld;
  readonly clock: FakeClock;
  /** Whether nothing of a volume can be removed. */
  isBroken: boolean;
  removals: number;
  fillings: number;
  callsUnderWay: number;
  /** What the creation of a file waits for. */
  gate: Promise<void>;
}

function counted(files: StorageFiles, count: (change: 1 | -1) => void): StorageFiles {
  const calls = Object.entries(files).map(([name, call]: [string, (...args: unknown[]) => Promise<unknown>]) => [
    name,
    async (...args: unknown[]) => {
      count(1);
      try {
        return await call(...args);
      } finally {
        count(-1);
      }
    },
  ]);
  return Object.fromEntries(calls) as StorageFiles;
}

/** A host whose storage makes volumes, fails to fill them, and then does not let go of them. */
async function broken(): Promise<Broken> {
  const clock = new FakeClock();
  const own = openStorageFiles(rootCallsInProcess(false));
  const state = { isBroken: true, removals: 0, fillings: 0, callsUnderWay: 0, clock, gate: Promise.resolve() };
  const remove: StorageFiles["remove"] = async (path) => {
    if (path.includes("/images/") && !path.endsWith(".new")) {
      state.removals += 1;
      if (state.isBroken && (await own.find(path)) !== undefined) throw new Error("no");
    }
    await own.remove(path);
  };
  const files = counted({ ...own, remove }, (change) => {
    state.callsUnderWay += change;
  });
  const create = async (...args: Parameters<typeof fakeQemuImg.create>): Promise<void> => {
    state.fillings += 1;
    await state.gate;
    await fakeQemuImg.create(...args);
    if (state.isBroken) throw new Error("qemu-img fails");
  };
  const world = await storageWorld({ clock, files, qemuImg: { ...fakeQemuImg, create } });
  await becomeSpm(world.storage, world.storagePath);
  return Object.assign(state, { world });
}

const until = (what: string, isSo: () => boolean | Promise<boolean>) =>
  poll(what, isSo, { timeoutMs: 5_000, everyMs: 2 });
/** Lets everyone who was resolved run, and what they ask of the file system be done. */
async function settle(host: Broken): Promise<void> {
  for (let quietTurns = 0; quietTurns < 20; quietTurns++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (host.callsUnderWay > 0) quietTurns = 0;
  }
}

/** In steps that leave the looks at the domain, which have a deadline, time to be done. */
async function pass(host: Broken, durationMs: number): Promise<void> {
  for (let leftMs = durationMs; leftMs > 0; leftMs -= 5_000) {
    await host.clock.advance(Math.min(5_000, leftMs));
    await settle(host);
  }
}

test("what could not be settled is tried again, less and less often, until it is settled", async () => {
  const host = await broken();
  await using world = host.world;
  const { storage, storagePath } = world;
  const taskId = await storage.volumes.create(poolId, newVolume({ format: "COW" }));
  assert.equal((await ended(storage, taskId)).result, "cleanFailure");
  const first = host.removals;
  for (const [pauseMs, tries] of [
    [29_000, 0],
    [1_000, 1],
    [59_000, 1],
    [1_000, 2],
  ] as const) {
    await pass(host, pauseMs);
    await until(`${tries} tries`, () => host.removals - first >= tries);
    await settle(host);
    assert.equal(host.removals - first, tries);
  }
  host.isBroken = false;
  await pass(host, 120_000);
  await until("the end", () => storage.tasks.getStatus(taskId).result === "cleanSuccess");
  assert.deepEqual(await readdir(`${storagePath}/${domainId}/images`), []);
  await storage.tasks.clear(taskId);
  assert.deepEqual(await readdir(`${storagePath}/${domainId}/master/tasks`), []);
});

test("also when whoever asked for it has forgotten it; then its record goes", async () => {
  const host = await broken();
  await using world = host.world;
  const { storage, storagePath } = world;
  const taskId = await storage.volumes.create(poolId, newVolume({ format: "COW" }));
  await ended(storage, taskId);
  await storage.tasks.clear(taskId);
  const journal = (): Promise<string[]> => readdir(`${storagePath}/${domainId}/master/tasks`);
  assert.equal((await journal()).length, 1);
  host.isBroken = false;
  await pass(host, 30_000);
  await until("the end of the record", async () => (await journal()).length === 0);
  assert.deepEqual(await readdir(`${storagePath}/${domainId}/images`), []);
});

test("it is not tried by who is not the SPM any more", async () => {
  const host = await broken();
  await using world = host.world;
  const { storage, storagePath } = world;
  await ended(storage, await storage.volumes.create(poolId, newVolume({ format: "COW" })));
  await storage.pools.stopSpm(poolId);
  const { removals } = host;
  host.isBroken = false;
  await pass(host, 120_000);
  await settle(host);
  assert.equal(host.removals, removals);
  assert.equal((await readdir(`${storagePath}/${domainId}/master/tasks`)).length, 1);
});

test("an image on which somebody works is not waited for", async () => {
  const host = await broken();
  await using world = host.world;
  const { storage } = world;
  const volume = newVolume({ format: "COW" });
  await ended(storage, await storage.volumes.create(poolId, volume));
  const gate = Promise.withResolvers<void>();
  host.gate = gate.promise;
  const other = await storage.volumes.create(poolId, { ...newVolume({ format: "COW" }), imageId: volume.imageId });
  await until("its work", () => host.fillings === 2);
  const { removals } = host;
  await pass(host, 30_000);
  const whileBusy = host.removals - removals;
  host.isBroken = false;
  gate.resolve();
  await finished(storage, other);
  await pass(host, 60_000);
  assert.equal(whileBusy, 0);
  const left = () => storage.domains.listVolumes(domainId, volume.imageId);
  await until("the end of the one that failed", async () => (await left()).length === 1);
});
