import assert from "node:assert/strict";
import { stat, truncate } from "node:fs/promises";
import { describe, test } from "node:test";
import { newId, type TaskId } from "@yagura/std/ids.ts";
import { silentLog } from "@yagura/std/log.ts";
import { KiB, MiB } from "@yagura/std/units.ts";
import { domainPaths } from "@yagura/storage-format";
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
import type { ExtendVolumeIntent } from "../tasks/intent.ts";
import { openTaskStore } from "../tasks/task-store.ts";
import type { VolumeBlocks } from "../tools/volume-blocks.ts";
import { planExtension } from "./plan-extension.ts";

/** Makes files longer and shorter without a program. */
const lengths: VolumeBlocks = { ...fakeBlocks, setLength: (path, sizeBytes) => truncate(path, sizeBytes) };

async function worldWith(volume: NewVolume, differs: Parameters<typeof storageWorld>[0] = {}): Promise<StorageWorld> {
  const world = await storageWorld({ blocks: lengths, ...differs });
  await becomeSpm(world.storage, world.storagePath);
  await finished(world.storage, await world.storage.volumes.create(poolId, volume));
  return world;
}

const pathOf = ({ storagePath }: StorageWorld, { imageId, volumeId }: NewVolume): string =>
  `${storagePath}/${domainId}/images/${imageId}/${volumeId}`;

describe("extending a volume", () => {
  test("a raw volume has the new size in its file and in its record", async () => {
    const volume = newVolume();
    await using world = await worldWith(volume);
    const { storage } = world;
    await finished(storage, await storage.volumes.extend(poolId, { ...volume, capacityBytes: 3 * MiB + 1 }));
    const { capacityBytes } = await storage.volumes.getInfo(volume);
    assert.equal(capacityBytes, 3 * MiB + 4 * KiB);
    assert.equal((await stat(pathOf(world, volume))).size, capacityBytes);
    await finished(storage, await storage.volumes.extend(poolId, { ...volume, capacityBytes }));
  });

  test("a smaller size, an inner volume and a qcow2 volume in use are refused at once", async () => {
    const base = newVolume({ format: "COW" });
    await using world = await worldWith(base);
    const { storage } = world;
    const { volumes } = storage;
    await assert.rejects(volumes.extend(poolId, { ...base, capacityBytes: 4 * KiB }), { code: 232 });
    await storage.images.prepare(base);
    await assert.rejects(volumes.extend(poolId, { ...base, capacityBytes: 2 * MiB }), { code: 203 });
    await storage.images.teardown(domainId, base.imageId);
    await finished(
      storage,
      await volumes.create(poolId, newVolume({ imageId: base.imageId, format: "COW", parent: base })),
    );
    await assert.rejects(volumes.extend(poolId, { ...base, capacityBytes: 2 * MiB }), { code: 220 });
  });

  test("a growth that fails leaves file and record as they were", async () => {
    const volume = newVolume({ allocation: "PREALLOCATED" });
    const blocks: VolumeBlocks = {
      ...lengths,
      async allocate({ path, fromBytes, toBytes }) {
        if (fromBytes === 0) return true;
        await truncate(path, toBytes - MiB);
        throw new Error("no space left");
      },
    };
    await using world = await worldWith(volume, { blocks });
    const { storage } = world;
    const status = await ended(storage, await storage.volumes.extend(poolId, { ...volume, capacityBytes: 4 * MiB }));
    assert.deepEqual([status.result, status.code], ["cleanSuccess", 206]);
    assert.equal((await stat(pathOf(world, volume))).size, MiB);
    assert.equal((await storage.volumes.getInfo(volume)).capacityBytes, MiB);
  });

  test("the next SPM takes back a raw growth without a record, and keeps a qcow2 one that QEMU finished", async () => {
    const [raw, cow] = [newVolume(), newVolume({ format: "COW" })];
    const info = { format: "qcow2", virtualBytes: 2 * MiB, hasDataFile: false, isEncrypted: false, all: {} };
    await using world = await worldWith(raw, { qemuImg: { ...fakeQemuImg, info: async () => info } });
    const { storage, storagePath } = world;
    await finished(storage, await storage.volumes.create(poolId, cow));
    const growth = { kind: "extend-volume", capacityBytes: 2 * MiB, fileBytes: MiB, domainId } as const;
    const tasks = await Promise.all(
      [raw, cow].map(({ imageId, volumeId }) => leave(world, { ...growth, imageId, volumeId })),
    );
    await truncate(pathOf(world, raw), 2 * MiB);
    await storage.pools.stopSpm(poolId);
    await resumeSpm(storage, storagePath);
    assert.deepEqual(
      tasks.map((taskId) => storage.tasks.getStatus(taskId).result),
      ["cleanSuccess", "success"],
    );
    assert.equal((await stat(pathOf(world, raw))).size, MiB);
    const capacities = await Promise.all([raw, cow].map((volume) => storage.volumes.getInfo(volume)));
    assert.deepEqual(
      capacities.map(({ capacityBytes }) => capacityBytes),
      [MiB, 2 * MiB],
    );
  });

  test("what a guest was given is in the record, and never becomes less", async () => {
    const volume = newVolume();
    await using world = await worldWith(volume);
    const { volumes } = world.storage;
    await volumes.setCapacity(volume, 2 * MiB);
    await volumes.setCapacity(volume, MiB);
    assert.equal((await volumes.getInfo(volume)).capacityBytes, 2 * MiB);
  });
});

test("planExtension rounds up, never down, whatever is asked for", () => {
  const metadata = { capacityBytes: MiB, format: "RAW", role: "LEAF", legality: "LEGAL" } as never;
  for (let wantedBytes = MiB - 5000; wantedBytes < MiB + 20_000; wantedBytes += 997) {
    const plan = (): number | undefined => planExtension({ metadata, hasChildren: false, isInUse: false, wantedBytes });
    if (wantedBytes <= MiB - 4 * KiB) assert.throws(plan, { code: 232 });
    else {
      const planned = plan() ?? MiB;
      assert.ok(planned >= wantedBytes && planned - wantedBytes < 4 * KiB && planned % (4 * KiB) === 0);
    }
  }
});

/** Writes into the journal what a process that died had begun. */
async function leave({ storagePath }: StorageWorld, intent: ExtendVolumeIntent): Promise<TaskId> {
  const files = openStorageFiles(rootCallsInProcess(false));
  const store = openTaskStore(domainPaths(`${storagePath}/${domainId}`), files, silentLog);
  const taskId = newId<TaskId>();
  await store.write({ format: 1, taskId, poolId, verb: "test", state: "running", code: 0, message: "", intent });
  return taskId;
}
