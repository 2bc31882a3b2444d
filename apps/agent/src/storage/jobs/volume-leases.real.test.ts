// Two hosts, each with a sanlock daemon of its own, want the same volume, and the lease of a guest.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { whyNoSanlock } from "@yagura/lab/sanlock/start-sanlock.ts";
import { type ImageId, type JobId, newId, type VolumeId } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";
import { MiB } from "@yagura/std/units.ts";
import {
  becomeSpmOf,
  makePool,
  type SharedHost,
  type SharedStorage,
  sharedStorage,
  untilJoined,
} from "../../../test/shared-storage.ts";
import { ended, fakeBlocks, fakeQemuImg, finished } from "../../../test/storage-world.ts";
import type { ExternalLeaseId } from "../contract/external-leases.ts";
import type { JobInfo } from "../contract/jobs.ts";
import type { NewVolume } from "../contract/volumes.ts";

describe("volumes that two hosts want", { skip: await whyNoSanlock() }, () => {
  let shared: SharedStorage;
  let a: SharedHost;
  let b: SharedHost;
  let gate = Promise.withResolvers<void>();
  const endings: string[] = [];
  const endProcess = (because: string): void => void endings.push(because);
  const copying = Promise.withResolvers<void>();

  before(async () => {
    shared = await sharedStorage();
    const qemuImg = {
      ...fakeQemuImg,
      async convert(...args: Parameters<typeof fakeQemuImg.convert>): Promise<void> {
        copying.resolve();
        await gate.promise;
        await fakeQemuImg.convert(...args);
      },
    };
    a = await shared.startHost(1, { qemuImg, blocks: fakeBlocks, endProcess });
    b = await shared.startHost(2, { blocks: fakeBlocks, endProcess });
    await makePool(shared, a);
    await b.storage.pools.connect(shared.connectionOf(2));
    await Promise.all([untilJoined(shared, a), untilJoined(shared, b)]);
    await becomeSpmOf(shared, a);
  });
  after(async () => {
    gate.resolve();
    await a[Symbol.asyncDispose]();
    await b[Symbol.asyncDispose]();
    await shared[Symbol.asyncDispose]();
    assert.deepEqual(endings, []);
  });

  async function create(differs: Partial<NewVolume> = {}): Promise<NewVolume> {
    const volume: NewVolume = {
      domainId: shared.domainId,
      imageId: newId<ImageId>(),
      volumeId: newId<VolumeId>(),
      capacityBytes: MiB,
      format: "RAW",
      allocation: "SPARSE",
      diskType: "DATA",
      description: "",
      ...differs,
    };
    await finished(a.storage, await a.storage.volumes.create(shared.poolId, volume));
    return volume;
  }

  async function jobEnded({ storage }: SharedHost, begin: (jobId: JobId) => void): Promise<JobInfo> {
    const jobId = newId<JobId>();
    begin(jobId);
    const isEnded = ({ status }: JobInfo): boolean => status === "done" || status === "failed";
    return poll("a job", () => storage.jobs.list({ jobIds: [jobId] }).find(isEnded), {
      timeoutMs: 60_000,
      everyMs: 20,
    });
  }

  test("while one host fills a volume, the other neither changes nor deletes it, and comes too late afterwards", async () => {
    const [source, target] = [await create(), await create()];
    const destination = { ...target, generation: 0 };
    const filled = jobEnded(a, (id) => a.storage.jobs.copyData(id, { source, destination }));
    await copying.promise;
    const update = (id: JobId): void => b.storage.jobs.updateVolume(id, destination, { description: "b was here" });
    const meanwhile = await jobEnded(b, update);
    assert.equal(meanwhile.error?.code, 651, meanwhile.error?.message);
    gate.resolve();
    assert.equal((await filled).status, "done");
    assert.equal((await jobEnded(b, update)).error?.code, 911);
    const { legality, generation, description } = await b.storage.volumes.getInfo(target);
    assert.deepEqual({ legality, generation, description }, { legality: "LEGAL", generation: 1, description: "" });
  });

  test("the SPM deletes nothing on which another host works", async () => {
    const [source, target] = [await create(), await create()];
    gate = Promise.withResolvers<void>();
    const filled = jobEnded(a, (id) => a.storage.jobs.copyData(id, { source, destination: target }));
    // The job of host 1 goes on while the role moves to host 2.
    await a.storage.pools.stopSpm(shared.poolId);
    await becomeSpmOf(shared, b);
    await poll("the copy", async () => (await b.storage.volumes.getInfo(target)).legality === "ILLEGAL", {
      timeoutMs: 20_000,
      everyMs: 20,
    });
    const { domainId, imageId, volumeId } = target;
    const taskId = await b.storage.images.delete(shared.poolId, { domainId, imageId, wipes: false });
    assert.equal((await ended(b.storage, taskId)).code, 651);
    const volumesTask = await b.storage.volumes.delete(shared.poolId, {
      domainId,
      imageId,
      volumeIds: [volumeId],
      wipes: false,
    });
    assert.notEqual((await ended(b.storage, volumesTask)).result, "success");
    gate.resolve();
    assert.equal((await filled).status, "done");
    assert.equal((await b.storage.volumes.getInfo(target)).legality, "LEGAL");
    await finished(b.storage, await b.storage.images.delete(shared.poolId, { domainId, imageId, wipes: false }));
    await b.storage.pools.stopSpm(shared.poolId);
    await becomeSpmOf(shared, a);
  });

  test("the lease of a guest is held where the index says, and stays while it is", async () => {
    const lease = { domainId: shared.domainId, leaseId: newId<ExternalLeaseId>() };
    const { externalLeases } = a.storage;
    await finished(a.storage, await externalLeases.create(shared.poolId, lease));
    const place = await b.storage.externalLeases.getPlace(lease);
    const sanlock = b.options.sanlock ?? assert.fail();
    const guest = await sanlock.register({ processName: "guest", onLost: () => undefined });
    const outcome = await guest.acquire([{ lockspace: lease.domainId, name: lease.leaseId, ...place }]);
    assert.equal(outcome.is, "acquired");
    assert.deepEqual((await externalLeases.getStatus(lease)).hostNumbers, [2]);
    assert.equal((await ended(a.storage, await externalLeases.delete(shared.poolId, lease))).code, 651);
    await guest.close();
    await finished(a.storage, await externalLeases.rebuild(shared.poolId, lease.domainId), 60_000);
    assert.deepEqual(await externalLeases.getPlace(lease), place);
    await finished(a.storage, await externalLeases.delete(shared.poolId, lease));
    await assert.rejects(externalLeases.getStatus(lease), { code: 936 });
  });
});
