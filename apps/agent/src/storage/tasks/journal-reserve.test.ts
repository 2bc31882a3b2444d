import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { becomeSpm, domainId, finished, newVolume, poolId, storageWorld } from "../../../test/storage-world.ts";
import { rootCallsInProcess } from "../../root/in-process.ts";
import { openStorageFiles, type StorageFiles } from "../files/storage-files.ts";

test("a cleared task looks after the journal's reserve only where it may be missing", async () => {
  let looks = 0;
  let isFull = false;
  const own = openStorageFiles(rootCallsInProcess(false));
  const isReserve = (path: string): boolean => path.endsWith(reserveName);
  const files: StorageFiles = {
    ...own,
    async find(path) {
      if (isReserve(path)) looks += 1;
      return own.find(path);
    },
    async writeText(path, text) {
      const needsRoom = path.includes("/master/tasks/") || isReserve(path);
      if (isFull && needsRoom) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
      await own.writeText(path, text);
    },
    async remove(path) {
      await own.remove(path);
      // What was kept free is free now.
      if (isReserve(path)) isFull = false;
    },
  };
  await using world = await storageWorld({ files });
  const { storage, storagePath } = world;
  await becomeSpm(storage, storagePath);
  const reserve = `${storagePath}/${domainId}/${reserveName}`;
  const create = async (): Promise<ReturnType<typeof newVolume>> => {
    const volume = newVolume();
    const taskId = await storage.volumes.create(poolId, volume);
    await finished(storage, taskId);
    await storage.tasks.clear(taskId);
    return volume;
  };
  const first = await create();
  looks = 0;
  await create();
  assert.equal(looks, 0);

  isFull = true;
  const deletion = await storage.images.delete(poolId, { ...first, wipes: false });
  await finished(storage, deletion);
  await assert.rejects(stat(reserve), { code: "ENOENT" });
  await storage.tasks.clear(deletion);
  assert.equal((await stat(reserve)).size, 64 * 1024);

  // One that could not be made again is made by the next.
  isFull = true;
  const other = await storage.images.delete(poolId, { ...(await createWhileFull()), wipes: false });
  await finished(storage, other);
  isFull = true;
  await storage.tasks.clear(other);
  await assert.rejects(stat(reserve), { code: "ENOENT" });
  isFull = false;
  await create();
  assert.equal((await stat(reserve)).size, 64 * 1024);

  async function createWhileFull(): Promise<ReturnType<typeof newVolume>> {
    isFull = false;
    const volume = await create();
    isFull = true;
    return volume;
  }
});

const reserveName = "master/reserve";
