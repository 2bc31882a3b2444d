/** What a new SPM does with what takes long, and what becomes of it when the role moves on. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { type ImageId, newId, type StorageDomainId, type TaskId } from "@yagura/std/ids.ts";
import { MiB } from "@yagura/std/units.ts";
import {
  becomeSpm,
  domainId,
  ended,
  fakeBlocks,
  fakeQemuImg,
  finished,
  newVolume,
  poolId,
  resumeSpm,
  type StorageWorld,
  storageWorld,
} from "../../../test/storage-world.ts";
import { rootCallsInProcess } from "../../root/in-process.ts";
import type { NewVolume } from "../contract/volumes.ts";
import { openStorageFiles } from "../files/storage-files.ts";

const journalPath = ({ storagePath }: StorageWorld, taskId: TaskId): string =>
  `${storagePath}/${domainId}/master/tasks/${taskId}.json`;

/** An SPM with a volume, whose journal says then that its extension was begun; nobody is SPM after that. */
async function interruptedExtension(world: StorageWorld, volume: NewVolume): Promise<TaskId> {
  const { storage, storagePath } = world;
  await becomeSpm(storage, storagePath);
  await finished(storage, await storage.volumes.create(poolId, volume));
  const { imageId, volumeId } = volume;
  const intent = { kind: "extend-volume", domainId, imageId, volumeId, capacityBytes: 2 * MiB, fileBytes: 0 };
  const taskId = await leaveRecord(world, intent);
  await storage.pools.stopSpm(poolId);
  return taskId;
}

async function leaveRecord(world: StorageWorld, intent: object): Promise<TaskId> {
  const taskId = newId<TaskId>();
  const record = { format: 1, taskId, poolId, verb: "test", state: "running", code: 0, message: "", intent };
  await writeFile(journalPath(world, taskId), JSON.stringify(record));
  return taskId;
}

/** qemu-img whose repair lasts until it is let go, or is not wanted any more. */
function slowRepair() {
  const { promise: gate, resolve: letGo } = Promise.withResolvers<void>();
  const qemuImg = {
    ...fakeQemuImg,
    repairLeaks: (_: unknown, signal: AbortSignal) => {
      const { promise: aborted, reject } = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => reject(signal.reason));
      return Promise.race([gate, aborted]);
    },
  };
  return { qemuImg, letGo };
}

test("what takes long to settle keeps no pool without an SPM, and nobody touches the image before", async () => {
  const { qemuImg, letGo } = slowRepair();
  await using world = await storageWorld({ qemuImg });
  const { storage, storagePath } = world;
  const volume = newVolume({ format: "COW" });
  const taskId = await interruptedExtension(world, volume);
  await resumeSpm(storage, storagePath);
  assert.equal(storage.tasks.getStatus(taskId).state, "running");
  const deletion = await storage.images.delete(poolId, { ...volume, wipes: false });
  await finished(storage, await storage.volumes.create(poolId, newVolume()));
  assert.equal(storage.tasks.getStatus(deletion).state, "running");
  letGo();
  assert.equal((await ended(storage, taskId)).result, "cleanSuccess");
  await finished(storage, deletion);
});

test("what takes long to settle is left to the next SPM when the role moves on", async () => {
  const { qemuImg, letGo } = slowRepair();
  await using world = await storageWorld({ qemuImg });
  const { storage, storagePath } = world;
  const taskId = await interruptedExtension(world, newVolume({ format: "COW" }));
  await resumeSpm(storage, storagePath);
  await storage.pools.stopSpm(poolId);
  assert.match(await readFile(journalPath(world, taskId), "utf8"), /"state": ?"running"/);
  letGo();
  await resumeSpm(storage, storagePath);
  assert.equal((await ended(storage, taskId)).result, "cleanSuccess");
});

test("a task that waits for an upload does not keep the role", async () => {
  const ends: string[] = [];
  await using world = await storageWorld({ endProcess: (because) => void ends.push(because) });
  const { storage, storagePath } = world;
  await becomeSpm(storage, storagePath);
  const volume = newVolume();
  await finished(storage, await storage.volumes.create(poolId, volume));
  const body = new PassThrough();
  body.write("the beginning");
  const upload = storage.images.upload(volume, body, { lengthBytes: MiB }).catch((error: unknown) => error);
  const deletion = await storage.images.delete(poolId, { ...volume, wipes: false });
  await storage.pools.stopSpm(poolId);
  assert.deepEqual([await storage.pools.getSpmStatus(poolId).then(({ status }) => status), ends], ["Free", []]);
  assert.throws(() => storage.tasks.getStatus(deletion), { code: 401 });
  body.end();
  await upload;
});

test("an image that was to be wiped is not freed before it is", async () => {
  let isReadable = false;
  const blocks = {
    ...fakeBlocks,
    async listData() {
      if (!isReadable) throw new Error("the file cannot be read");
      return [];
    },
  };
  await using world = await storageWorld({ blocks });
  const { storage, storagePath } = world;
  await becomeSpm(storage, storagePath);
  const [secretId, plainId] = [newId<ImageId>(), newId<ImageId>()];
  const doomed = (imageId: ImageId): string => `${storagePath}/${domainId}/images/_remove_me_${imageId}`;
  for (const imageId of [secretId, plainId]) {
    await mkdir(doomed(imageId));
    await writeFile(`${doomed(imageId)}/volume`, "secret");
  }
  const taskId = await leaveRecord(world, { kind: "delete-image", domainId, imageId: secretId, wipes: true });
  await storage.pools.stopSpm(poolId);
  await resumeSpm(storage, storagePath);
  assert.equal((await ended(storage, taskId)).result, "cleanFailure");
  assert.deepEqual([existsSync(doomed(secretId)), existsSync(doomed(plainId))], [true, false]);
  await storage.pools.stopSpm(poolId);
  isReadable = true;
  await resumeSpm(storage, storagePath);
  assert.equal((await ended(storage, taskId)).result, "success");
  assert.equal(existsSync(doomed(secretId)), false);
});

test("what was finished before the role was lost can be cleared when it is back", async () => {
  let lost = Promise.withResolvers<void>();
  const acquireLock = async () => {
    lost = Promise.withResolvers<void>();
    return { ended: lost.promise, release: async () => lost.resolve() };
  };
  await using world = await storageWorld({ acquireLock });
  const { storage, storagePath } = world;
  await becomeSpm(storage, storagePath);
  const taskId = await storage.volumes.create(poolId, newVolume());
  await finished(storage, taskId);
  lost.resolve();
  await lost.promise;
  await resumeSpm(storage, storagePath);
  await storage.tasks.clear(taskId);
  assert.equal(existsSync(journalPath(world, taskId)), false);
});

test("a domain that does not answer keeps no pool without an SPM", async () => {
  const otherId = newId<StorageDomainId>();
  let isSilent = false;
  const files = openStorageFiles(rootCallsInProcess(false));
  const list = (path: string): Promise<readonly string[]> =>
    isSilent && path.includes(otherId) ? new Promise(() => undefined) : files.list(path);
  await using world = await storageWorld({ files: { ...files, list } });
  const { storage, storagePath, path } = world;
  await becomeSpm(storage, storagePath);
  const place = { type: "LOCALFS", path: `${path}/other` } as const;
  await mkdir(place.path);
  await storage.connections.connect([{ connectionId: "d", ...place }]);
  await storage.domains.create({ ...place, domainId: otherId, class: "Data", name: "other", version: 5 });
  await storage.domains.attach(otherId, poolId);
  await storage.domains.activate(otherId, poolId);
  await storage.pools.stopSpm(poolId);
  isSilent = true;
  await finished(storage, await storage.pools.startSpm(poolId));
  // Nothing that is under way there keeps the role either.
  await storage.pools.stopSpm(poolId);
});
