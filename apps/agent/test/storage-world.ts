import { mkdir, writeFile } from "node:fs/promises";
import { type ImageId, newId, parseId, type StorageDomainId, type TaskId, type VolumeId } from "@yagura/std/ids.ts";
import { silentLog } from "@yagura/std/log.ts";
import { poll } from "@yagura/std/poll.ts";
import { MiB } from "@yagura/std/units.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { rootCallsInProcess } from "../src/root/in-process.ts";
import type { PoolId } from "../src/storage/contract/spm-order.ts";
import type { TaskStatus } from "../src/storage/contract/tasks.ts";
import type { NewVolume } from "../src/storage/contract/volumes.ts";
import { openStorage, type StorageOptions } from "../src/storage/open-storage.ts";
import type { Storage } from "../src/storage/storage.ts";
import type { QemuImg } from "../src/storage/tools/qemu-img.ts";
import type { VolumeBlocks } from "../src/storage/tools/volume-blocks.ts";

export const poolId = parseId<PoolId>("9d99ea76-ee96-4978-bdca-2bf190529411");
export const domainId = parseId<StorageDomainId>("75f8a1bb-4504-4314-91ca-d9365a30692b");

/** Makes files that say what they should be: nothing here ever opens one as an image. */
export const fakeQemuImg: QemuImg = {
  async create({ path, ...image }) {
    await writeFile(path, JSON.stringify(image), { flag: "wx" });
  },
  async info(_path, format) {
    return { format, virtualBytes: MiB, hasDataFile: false, isEncrypted: false, all: { format } };
  },
  async convert({ from, to }) {
    await writeFile(to.path, `copy of ${from.path}`);
  },
  measure: async () => MiB,
  resize: async () => undefined,
  amend: async () => undefined,
  commit: async () => undefined,
  rebase: async () => undefined,
  repairLeaks: async () => undefined,
};

/** Gives nothing any blocks. */
export const fakeBlocks: VolumeBlocks = {
  allocate: async () => true,
  zero: async () => undefined,
  setLength: async () => undefined,
  listData: async () => [],
};

export interface StorageWorld extends AsyncDisposable {
  readonly storage: Storage;
  readonly path: string;
  readonly storagePath: string;
  readonly options: StorageOptions;
}

/** Storage on an empty directory, without locks and programs unless `differs` brings them. */
export async function storageWorld(differs: Partial<StorageOptions> = {}): Promise<StorageWorld> {
  const directory = await temporaryDirectory();
  const storagePath = `${directory.path}/srv`;
  await mkdir(storagePath);
  const options: StorageOptions = {
    repositoryPath: `${directory.path}/data-center`,
    runPath: `${directory.path}/run`,
    root: rootCallsInProcess(false),
    log: silentLog,
    clock: new FakeClock(),
    qemuImg: fakeQemuImg,
    blocks: fakeBlocks,
    acquireLock: async () => freeLock(),
    // The process is the test's.
    endProcess: () => undefined,
    ...differs,
  };
  const storage = await openStorage(options);
  return {
    storage,
    path: directory.path,
    storagePath,
    options,
    async [Symbol.asyncDispose]() {
      await storage[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

function freeLock(): { ended: Promise<void>; release(): Promise<void> } {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  return {
    ended,
    async release() {
      resolve();
    },
  };
}

/** Everything up to an SPM with one active domain, as the Manager does it. */
export async function becomeSpm(storage: Storage, path: string): Promise<void> {
  await storage.connections.connect([{ connectionId: "c", type: "LOCALFS", path }]);
  await storage.domains.create({ domainId, type: "LOCALFS", class: "Data", name: "data", path, version: 5 });
  await storage.pools.create({
    poolId,
    name: "Default",
    masterDomainId: domainId,
    masterVersion: 1,
    domainIds: [domainId],
  });
  await resumeSpm(storage, path);
}

/** The same for a domain that is there already. */
export async function resumeSpm(storage: Storage, path: string): Promise<void> {
  await storage.connections.connect([{ connectionId: "c", type: "LOCALFS", path }]);
  await storage.pools.connect({ poolId, hostNumber: 1, masterDomainId: domainId, masterVersion: 1 });
  await finished(storage, await storage.pools.startSpm(poolId));
}

/** Waits for a task's end, whatever it is. */
export async function ended(storage: Storage, taskId: TaskId, timeoutMs = 20_000): Promise<TaskStatus> {
  const isFinished = (): TaskStatus | false => {
    const status = storage.tasks.getStatus(taskId);
    return status.state === "finished" && status;
  };
  return poll(`the end of task ${taskId}`, isFinished, { timeoutMs, everyMs: 2 });
}

/** Waits for a task that must succeed. */
export async function finished(storage: Storage, taskId: TaskId, timeoutMs?: number): Promise<void> {
  const status = await ended(storage, taskId, timeoutMs);
  if (status.result !== "success") throw new Error(`task ended with ${status.code}: ${status.message}`);
}

/** A sparse raw volume of 1 MiB in an image of its own; a test says what differs. */
export function newVolume(differs: Partial<NewVolume> = {}): NewVolume {
  return {
    domainId,
    imageId: newId<ImageId>(),
    volumeId: newId<VolumeId>(),
    capacityBytes: MiB,
    format: "RAW",
    allocation: "SPARSE",
    diskType: "DATA",
    description: "",
    ...differs,
  };
}
