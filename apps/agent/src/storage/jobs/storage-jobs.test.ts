import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { describe, test } from "node:test";
import { type ImageId, type JobId, newId, type VolumeId } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";
import { MiB } from "@yagura/std/units.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import {
  becomeSpm,
  domainId,
  fakeQemuImg,
  finished,
  newVolume,
  poolId,
  type StorageWorld,
  storageWorld,
} from "../../../test/storage-world.ts";
import type { JobInfo } from "../contract/jobs.ts";
import type { NewVolume, VolumeKey } from "../contract/volumes.ts";
import type { Storage } from "../storage.ts";

const [source, target] = [newVolume(), newVolume({ format: "COW" })];

async function worldWith(
  volumes: readonly NewVolume[],
  differs: Parameters<typeof storageWorld>[0] = {},
): Promise<StorageWorld> {
  const world = await storageWorld(differs);
  await becomeSpm(world.storage, world.storagePath);
  for (const volume of volumes) await finished(world.storage, await world.storage.volumes.create(poolId, volume));
  return world;
}

/** Begins a job and waits for its end. */
async function ended({ jobs }: Storage, begin: (jobId: JobId) => void): Promise<JobInfo> {
  const jobId = newId<JobId>();
  begin(jobId);
  const isEnded = ({ status }: JobInfo): boolean => ["done", "failed", "aborted"].includes(status);
  return poll("a job", () => jobs.list({ jobIds: [jobId] }).find(isEnded), { timeoutMs: 20_000, everyMs: 2 });
}

const stateOf = async ({ volumes }: Storage, volume: VolumeKey): Promise<readonly [string, number]> => {
  const { legality, generation } = await volumes.getInfo(volume);
  return [legality, generation];
};

describe("copying data", () => {
  test("the destination is ILLEGAL meanwhile, and LEGAL and of the next generation afterwards", async () => {
    const during: string[] = [];
    const qemuImg = {
      ...fakeQemuImg,
      async convert(...args: Parameters<typeof fakeQemuImg.convert>): Promise<void> {
        during.push((await world.storage.volumes.getInfo(target)).legality);
        args[1].onProgress?.(50);
        await fakeQemuImg.convert(...args);
      },
    };
    await using world: StorageWorld = await worldWith([source, target], { qemuImg });
    const { storage, storagePath } = world;
    const heard: string[] = [];
    storage.jobs.onChange(({ status }) => heard.push(status));
    const destination = { ...target, generation: 0 };
    const job = await ended(storage, (jobId) => storage.jobs.copyData(jobId, { source, destination }));
    assert.deepEqual(
      { status: job.status, type: job.type, description: job.description, progress: job.progress, during, heard },
      {
        status: "done",
        type: "storage",
        description: "copy_data",
        progress: 50,
        during: ["ILLEGAL"],
        heard: ["running", "done"],
      },
    );
    assert.deepEqual(await stateOf(storage, target), ["LEGAL", 1]);
    const content = await readFile(`${storagePath}/${domainId}/images/${target.imageId}/${target.volumeId}`, "utf8");
    assert.ok(content.startsWith("copy of") && content.endsWith(source.volumeId));
  });

  test("asking again for what is done is answered 911, with both generations, and changes nothing", async () => {
    await using world = await worldWith([source, target]);
    const { storage } = world;
    const destination = { ...target, generation: 0 };
    await ended(storage, (jobId) => storage.jobs.copyData(jobId, { source, destination }));
    const { status, error } = await ended(storage, (jobId) => storage.jobs.copyData(jobId, { source, destination }));
    assert.deepEqual([status, error?.code], ["failed", 911]);
    assert.match(error?.message ?? "", /generation 1, asked for was 0/);
    assert.deepEqual(await stateOf(storage, target), ["LEGAL", 1]);
  });

  test("a copy that is aborted, or fails, leaves the destination ILLEGAL and of its generation, to be copied again", async () => {
    let failure: Error | undefined;
    const converting = Promise.withResolvers<void>();
    const qemuImg = {
      ...fakeQemuImg,
      async convert(...[conversion, watched]: Parameters<typeof fakeQemuImg.convert>): Promise<void> {
        if (failure !== undefined) throw failure;
        converting.resolve();
        if (isAborting) {
          await new Promise((_, reject) =>
            watched.signal.addEventListener("abort", () => reject(watched.signal.reason)),
          );
        }
        await fakeQemuImg.convert(conversion, watched);
      },
    };
    let isAborting = true;
    await using world = await worldWith([source, target], { qemuImg });
    const { storage } = world;
    const copy = { source, destination: { ...target, generation: 0 } };
    const jobId = newId<JobId>();
    storage.jobs.copyData(jobId, copy);
    await converting.promise;
    await storage.jobs.abort(jobId);
    assert.equal(storage.jobs.list({ jobIds: [jobId] })[0]?.status, "aborted");
    assert.deepEqual(await stateOf(storage, target), ["ILLEGAL", 0]);
    failure = new Error("I/O error");
    const failed = await ended(storage, (id) => storage.jobs.copyData(id, copy));
    assert.deepEqual([failed.status, failed.error?.code], ["failed", 225]);
    assert.deepEqual(await stateOf(storage, target), ["ILLEGAL", 0]);
    [failure, isAborting] = [undefined, false];
    assert.equal((await ended(storage, (id) => storage.jobs.copyData(id, copy))).status, "done");
    assert.deepEqual(await stateOf(storage, target), ["LEGAL", 1]);
  });

  test("what cannot be right is refused before anything is changed", async () => {
    const large = newVolume({ capacityBytes: 2 * MiB });
    await using world = await worldWith([source, target, large]);
    const { storage } = world;
    const codes: (number | undefined)[] = [];
    for (const [from, to] of [
      [large, target],
      [source, source],
      [{ ...source, volumeId: newId<VolumeId>() }, target],
      [source, { ...target, volumeId: newId<VolumeId>() }],
    ] as const) {
      const { error } = await ended(storage, (id) => storage.jobs.copyData(id, { source: from, destination: to }));
      codes.push(error?.code);
    }
    await storage.images.prepare(target);
    codes.push((await ended(storage, (id) => storage.jobs.copyData(id, { source, destination: target }))).error?.code);
    assert.deepEqual(codes, [1000, 1000, 201, 201, 203]);
    assert.deepEqual(await stateOf(storage, target), ["LEGAL", 0]);
  });
});

describe("other jobs on volumes", () => {
  test("a record is changed in one write, and not twice", async () => {
    await using world = await worldWith([source]);
    const { storage } = world;
    const update = { legality: "ILLEGAL", description: "new", role: "SHARED" } as const;
    const first = await ended(storage, (id) => storage.jobs.updateVolume(id, { ...source, generation: 0 }, update));
    const again = await ended(storage, (id) => storage.jobs.updateVolume(id, { ...source, generation: 0 }, update));
    const same = await ended(storage, (id) => storage.jobs.updateVolume(id, source, { legality: "ILLEGAL" }));
    assert.deepEqual([first.status, again.error?.code, same.error?.code], ["done", 911, 235]);
    const { legality, description, role, generation } = await storage.volumes.getInfo(source);
    assert.deepEqual({ legality, description, role, generation }, { ...update, generation: 1 });
  });

  test("the generation after 999 is 0, and one may be set", async () => {
    await using world = await worldWith([source]);
    const { storage } = world;
    await ended(storage, (id) => storage.jobs.updateVolume(id, source, { generation: 999 }));
    await ended(storage, (id) => storage.jobs.updateVolume(id, { ...source, generation: 999 }, { description: "x" }));
    assert.deepEqual(await stateOf(storage, source), ["LEGAL", 0]);
    const wrong = await ended(storage, (id) => storage.jobs.updateVolume(id, source, { generation: 1000 }));
    assert.equal(wrong.error?.code, 235);
  });

  test("only qcow2 leaves that nobody uses are amended", async () => {
    await using world = await worldWith([source, target]);
    const { storage } = world;
    const raw = await ended(storage, (id) => storage.jobs.amendVolume(id, source, "1.1"));
    const cow = await ended(storage, (id) => storage.jobs.amendVolume(id, { ...target, generation: 0 }, "1.1"));
    assert.deepEqual([raw.error?.code, cow.status], [202, "done"]);
    assert.deepEqual(await stateOf(storage, target), ["LEGAL", 1]);
  });

  test("a job's id is its own, and jobs are forgotten after an hour", async () => {
    const clock = new FakeClock();
    await using world = await worldWith([source], { clock });
    const { storage } = world;
    const { jobId } = await ended(storage, (id) => storage.jobs.updateVolume(id, source, { description: "x" }));
    assert.throws(() => storage.jobs.updateVolume(jobId, source, { description: "y" }), { code: 69 });
    await assert.rejects(storage.jobs.abort(jobId), { code: 84 });
    await clock.advance(3_600_000);
    assert.deepEqual(storage.jobs.list({ jobIds: [jobId] }), []);
    await assert.rejects(storage.jobs.abort(jobId), { code: 66 });
  });
});

describe("merging without a guest", () => {
  const imageId = newId<ImageId>();
  const base = newVolume({ imageId });
  const middle = newVolume({ imageId, format: "COW", parent: base });
  const top = newVolume({ imageId, format: "COW", parent: middle });
  const chain = [base, middle, top];

  test("an inner volume goes: what stood on it stands on the base, and it may be deleted", async () => {
    const rebased: unknown[] = [];
    const qemuImg = { ...fakeQemuImg, rebase: async (image: object) => void rebased.push(image) };
    await using world = await worldWith(chain, { qemuImg });
    const { storage } = world;
    const subchain = { domainId, imageId, baseId: base.volumeId, topId: middle.volumeId, baseGeneration: 0 };
    await finished(storage, await storage.volumes.prepareMerge(poolId, subchain));
    assert.equal((await ended(storage, (id) => storage.jobs.merge(id, subchain))).status, "done");
    assert.equal((await ended(storage, (id) => storage.jobs.merge(id, subchain))).error?.code, 911);
    await finished(storage, await storage.volumes.finalizeMerge(poolId, subchain));
    assert.equal(rebased.length, 1);
    assert.equal((await storage.volumes.getInfo(middle)).legality, "ILLEGAL");
    await finished(
      storage,
      await storage.volumes.delete(poolId, { domainId, imageId, volumeIds: [middle.volumeId], wipes: false }),
    );
    const { parentId, legality } = await storage.volumes.getInfo(top);
    assert.deepEqual(
      [parentId, legality, (await storage.volumes.getInfo(base)).role],
      [base.volumeId, "LEGAL", "INTERNAL"],
    );
    assert.equal((await storage.images.prepare(top)).chain.length, 2);
  });

  test("the leaf goes: the base is the leaf", async () => {
    await using world = await worldWith([base, middle]);
    const { storage } = world;
    const subchain = { domainId, imageId, baseId: base.volumeId, topId: middle.volumeId };
    await ended(storage, (id) => storage.jobs.merge(id, subchain));
    await finished(storage, await storage.volumes.finalizeMerge(poolId, subchain));
    await assert.rejects(storage.images.prepare(middle), { code: 227 });
    await finished(
      storage,
      await storage.volumes.delete(poolId, { domainId, imageId, volumeIds: [middle.volumeId], wipes: false }),
    );
    assert.equal((await storage.volumes.getInfo(base)).role, "LEAF");
    assert.ok((await stat((await storage.images.prepare(base)).path)).isFile());
  });

  test("volumes that do not stand on each other are not merged", async () => {
    await using world = await worldWith(chain);
    const { storage } = world;
    const subchain = { domainId, imageId, baseId: base.volumeId, topId: top.volumeId };
    await assert.rejects(storage.volumes.prepareMerge(poolId, subchain), { code: 262 });
    assert.equal((await ended(storage, (id) => storage.jobs.merge(id, subchain))).error?.code, 262);
  });
});
