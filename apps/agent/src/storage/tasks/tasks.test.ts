import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { newId, type TaskId } from "@yagura/std/ids.ts";
import {
  becomeSpm,
  domainId,
  ended,
  fakeQemuImg,
  finished,
  newVolume,
  poolId,
  resumeSpm,
  storageWorld,
} from "../../../test/storage-world.ts";
import { openStorage } from "../open-storage.ts";

test("whoever lost the lock leaves everything as it is for the next SPM, which undoes it", async () => {
  const lock = Promise.withResolvers<void>();
  const creating = Promise.withResolvers<void>();
  const qemuImg = {
    ...fakeQemuImg,
    create: async (_image: unknown, signal: AbortSignal) => {
      creating.resolve();
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  };
  await using world = await storageWorld({
    qemuImg,
    acquireLock: async () => ({ ended: lock.promise, release: async () => lock.resolve() }),
  });
  const { storage, storagePath, options } = world;
  await becomeSpm(storage, storagePath);
  const volume = newVolume({ format: "COW" });
  const taskId = await storage.volumes.create(poolId, volume);
  await creating.promise;
  lock.resolve();
  assert.equal((await ended(storage, taskId)).result, "cleanFailure");
  assert.equal((await storage.volumes.getInfo(volume)).legality, "ILLEGAL");

  const freeLock = async () => ({ ended: new Promise<void>(() => undefined), release: async () => undefined });
  await using next = await openStorage({ ...options, acquireLock: freeLock, qemuImg: fakeQemuImg });
  await resumeSpm(next, storagePath);
  const { result, code } = next.tasks.getStatus(taskId);
  assert.deepEqual({ result, code }, { result: "cleanSuccess", code: 411 });
  assert.deepEqual(await next.domains.listImages(domainId), []);
});

test("a record that cannot be read is left alone and holds nobody up", async () => {
  await using world = await storageWorld();
  const { storage, storagePath } = world;
  await becomeSpm(storage, storagePath);
  await storage.pools.stopSpm(poolId);
  const journal = `${storagePath}/${domainId}/master/tasks`;
  const record = {
    format: 1,
    taskId: newId<TaskId>(),
    poolId,
    verb: "createVolume",
    state: "running",
    code: 0,
    message: "",
    intent: { kind: "delete-image", domainId: "../../..", imageId: "..", wipes: true },
  };
  await writeFile(`${journal}/${record.taskId}.json`, JSON.stringify(record));
  await writeFile(`${journal}/${newId<TaskId>()}.json`, "{");
  await writeFile(`${journal}/something-of-vdsm`, "");
  await resumeSpm(storage, storagePath);
  assert.deepEqual(
    storage.tasks.listInfo().map(({ verb }) => verb),
    ["spmStart", "spmStart"],
  );
  assert.equal((await readdir(journal)).length, 3);
});

test("operations on one image follow one another, also when the first is slow", async () => {
  const gate = Promise.withResolvers<void>();
  const qemuImg = {
    ...fakeQemuImg,
    create: async (...args: Parameters<typeof fakeQemuImg.create>) => {
      await gate.promise;
      await fakeQemuImg.create(...args);
    },
  };
  await using world = await storageWorld({ qemuImg });
  const { storage, storagePath } = world;
  await becomeSpm(storage, storagePath);
  const first = newVolume({ format: "COW" });
  const firstTask = await storage.volumes.create(poolId, first);
  const secondTask = await storage.volumes.create(poolId, first);
  const otherTask = await storage.volumes.create(poolId, newVolume());
  await finished(storage, otherTask);
  assert.deepEqual(
    [firstTask, secondTask].map((taskId) => storage.tasks.getStatus(taskId).state),
    ["running", "running"],
  );
  gate.resolve();
  await finished(storage, firstTask);
  assert.equal((await ended(storage, secondTask)).code, 212);
  assert.equal((await storage.volumes.getInfo(first)).legality, "LEGAL");
});

/** Writes into the journal what an earlier task could not bring up to date, because the disk was full. */
async function leaveRecord(storagePath: string, intent: object): Promise<TaskId> {
  const taskId = newId<TaskId>();
  const record = { format: 1, taskId, poolId, verb: "test", state: "running", code: 0, message: "", intent };
  await writeFile(`${storagePath}/${domainId}/master/tasks/${taskId}.json`, JSON.stringify(record));
  return taskId;
}

test("an old record of a creation does not cost the volume that was made again under the same id", async () => {
  await using world = await storageWorld();
  const { storage, storagePath } = world;
  await becomeSpm(storage, storagePath);
  const volume = newVolume();
  await finished(storage, await storage.volumes.create(poolId, volume));
  const { imageId, volumeId } = volume;
  const taskId = await leaveRecord(storagePath, { kind: "create-volume", domainId, imageId, volumeId });
  await storage.pools.stopSpm(poolId);
  await resumeSpm(storage, storagePath);
  assert.equal(storage.tasks.getStatus(taskId).result, "success");
  assert.equal((await storage.volumes.getInfo(volume)).status, "OK");
});

test("an old record of a deletion does not take away what a guest has open by now", async () => {
  await using world = await storageWorld();
  const { storage, storagePath } = world;
  await becomeSpm(storage, storagePath);
  const volume = newVolume();
  await finished(storage, await storage.volumes.create(poolId, volume));
  const { imageId, volumeId } = volume;
  const intent = { kind: "delete-volumes", domainId, imageId, volumeIds: [volumeId], wipes: false };
  const taskId = await leaveRecord(storagePath, intent);
  await storage.images.prepare(volume, { isToBeWritten: true });
  await storage.pools.stopSpm(poolId);
  await resumeSpm(storage, storagePath);
  assert.deepEqual(
    [storage.tasks.getStatus(taskId).result, (await storage.volumes.getInfo(volume)).legality],
    ["cleanSuccess", "LEGAL"],
  );
});
