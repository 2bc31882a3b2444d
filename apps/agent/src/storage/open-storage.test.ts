import assert from "node:assert/strict";
import { readdir, readFile, readlink, stat, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { describe, test } from "node:test";
import { type ImageId, newId, type StorageDomainId, type TaskId, type VolumeId } from "@yagura/std/ids.ts";
import { MiB } from "@yagura/std/units.ts";
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
} from "../../test/storage-world.ts";
import type { NewPool } from "./contract/pools.ts";
import type { PoolId } from "./contract/spm-order.ts";
import { openStorage } from "./open-storage.ts";

const newDomain = (path: string) =>
  ({ domainId, type: "LOCALFS", class: "Data", name: "data", path, version: 5 }) as const;
const newPool: NewPool = { poolId, name: "p", masterDomainId: domainId, masterVersion: 1, domainIds: [domainId] };

describe("connections", () => {
  test("each has its own status, and a link under mnt", async () => {
    await using world = await storageWorld();
    const { storage, storagePath, path } = world;
    const statuses = await storage.connections.connect([
      { connectionId: "good", type: "LOCALFS", path: storagePath },
      { connectionId: "absent", type: "LOCALFS", path: `${path}/absent` },
      { connectionId: "crooked", type: "LOCALFS", path: `${storagePath}/../srv` },
      { connectionId: "relative", type: "LOCALFS", path: "srv" },
      { connectionId: "mounted", type: "NFS", path: "server:/export" },
      { connectionId: "later", type: "ISCSI", path: "" },
    ]);
    assert.deepEqual(
      statuses.map(({ connectionId, status }) => [connectionId, status]),
      [
        ["good", 0],
        ["absent", 453],
        ["crooked", 390],
        ["relative", 390],
        // Not by an agent without root.
        ["mounted", 477],
        ["later", 372],
      ],
    );
    assert.equal(statuses[1]?.message, `cannot connect ${path}/absent: there is no such directory on this host`);
    const [link = ""] = await readdir(`${path}/data-center/mnt`);
    assert.equal(await readlink(`${path}/data-center/mnt/${link}`), storagePath);
    await storage.connections.disconnect([{ connectionId: "good", type: "LOCALFS", path: storagePath }]);
    assert.deepEqual(await readdir(`${path}/data-center/mnt`), []);
  });
});

describe("domains", () => {
  test("a new one has the files that oVirt expects, and says who it is", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    await storage.connections.connect([{ connectionId: "c", type: "LOCALFS", path: storagePath }]);
    await storage.domains.create(newDomain(storagePath));
    assert.deepEqual(await readdir(storagePath), [domainId]);
    const control = `${storagePath}/${domainId}/dom_md`;
    assert.deepEqual((await readdir(control)).sort(), ["ids", "inbox", "leases", "metadata", "outbox"]);
    assert.equal((await stat(`${control}/inbox`)).size, 16 * MiB);
    assert.equal((await stat(`${control}/ids`)).mode & 0o777, 0o660);
    assert.deepEqual(await storage.domains.getInfo(domainId), {
      domainId,
      type: "LOCALFS",
      class: "Data",
      name: "data",
      role: "Regular",
      poolIds: [],
      version: 5,
      remotePath: storagePath,
      blockSizeBytes: 512,
      alignmentBytes: MiB,
      masterVersion: 0,
    });
    assert.ok((await storage.domains.getStats(domainId)).totalBytes > 0);
    assert.deepEqual(await storage.domains.list(), [domainId]);
  });

  test("what cannot be made is refused with vdsm's code, and nothing is changed", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    const domain = newDomain(storagePath);
    await assert.rejects(storage.domains.create(domain), { code: 351 });
    await storage.connections.connect([{ connectionId: "c", type: "LOCALFS", path: storagePath }]);
    await assert.rejects(storage.domains.create({ ...domain, version: 4 }), { code: 394 });
    await assert.rejects(storage.domains.create({ ...domain, class: "Iso" }), { code: 386 });
    await assert.rejects(storage.domains.create({ ...domain, type: "NFS" }), { code: 372 });
    await assert.rejects(storage.domains.create({ ...domain, blockSizeBytes: 4096 }), { code: 351 });
    await assert.rejects(storage.domains.create({ ...domain, name: "x".repeat(51) }), { code: 387 });
    assert.deepEqual(await readdir(storagePath), []);
    await storage.domains.create(domain);
    await assert.rejects(storage.domains.create(domain), { code: 365 });
    await assert.rejects(storage.domains.create({ ...domain, domainId: newId<StorageDomainId>() }), { code: 361 });
    await assert.rejects(storage.domains.getInfo(newId()), { code: 358 });
  });

  test("a domain whose metadata were changed by hand is refused", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    await storage.connections.connect([{ connectionId: "c", type: "LOCALFS", path: storagePath }]);
    await storage.domains.create(newDomain(storagePath));
    const path = `${storagePath}/${domainId}/dom_md/metadata`;
    await writeFile(path, (await readFile(path, "utf8")).replace("ROLE=Regular", "ROLE=Master"));
    await assert.rejects(storage.domains.getInfo(domainId), { code: 752 });
  });

  test("only a domain without a pool is formatted", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    await assert.rejects(storage.domains.format(domainId), { code: 391 });
    await storage.pools.destroy(poolId);
    await storage.domains.format(domainId);
    assert.deepEqual(await readdir(storagePath), []);
    await assert.rejects(storage.domains.getInfo(domainId), { code: 358 });
  });
});

describe("pools", () => {
  test("the master says so on the disk, and the SPM role is taken and given back", async () => {
    await using world = await storageWorld();
    const { storage, storagePath, path } = world;
    await becomeSpm(storage, storagePath);
    const { role, poolIds, masterVersion } = await storage.domains.getInfo(domainId);
    assert.deepEqual({ role, poolIds, masterVersion }, { role: "Master", poolIds: [poolId], masterVersion: 1 });
    const repository = `${path}/data-center`;
    assert.equal(
      await readlink(`${repository}/${poolId}/mastersd`),
      await readlink(`${repository}/${poolId}/${domainId}`),
    );
    assert.deepEqual(await storage.pools.getSpmStatus(poolId), { status: "SPM", leaseVersion: 0, hostNumber: 1 });
    await assert.rejects(storage.pools.disconnect(poolId), { code: 656 });
    await storage.pools.stopSpm(poolId);
    assert.deepEqual(await storage.pools.getSpmStatus(poolId), { status: "Free", leaseVersion: -1, hostNumber: -1 });
    await storage.pools.disconnect(poolId);
    await assert.rejects(storage.pools.getSpmStatus(poolId), { code: 309 });
    await storage.pools.disconnect(poolId);
  });

  test("connecting to a pool that is not what the Manager thinks is refused", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    const connection = { poolId, hostNumber: 1, masterDomainId: domainId, masterVersion: 1 };
    await assert.rejects(storage.pools.connect(connection), { code: 304 });
    await storage.connections.connect([{ connectionId: "c", type: "LOCALFS", path: storagePath }]);
    await storage.domains.create(newDomain(storagePath));
    await assert.rejects(storage.pools.connect(connection), { code: 324 });
    await storage.pools.create(newPool);
    await assert.rejects(storage.pools.connect({ ...connection, masterVersion: 2 }), { code: 324 });
    await assert.rejects(storage.pools.connect({ ...connection, poolId: newId<PoolId>() }), { code: 324 });
    await assert.rejects(storage.pools.create(newPool), { code: 316 });
    await assert.rejects(storage.pools.create({ ...newPool, poolId: newId<PoolId>() }), { code: 380 });
    await storage.pools.connect(connection);
    await assert.rejects(storage.pools.create(newPool), { code: 325 });
  });

  test("the master can neither be detached nor put to rest", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    await assert.rejects(storage.domains.detach(domainId, poolId), { code: 383 });
    await assert.rejects(storage.domains.deactivate(domainId, poolId), { code: 355 });
  });

  test("vitals are there as soon as the pool is connected", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    assert.deepEqual([...storage.vitals()], []);
    await becomeSpm(storage, storagePath);
    const vitals = storage.vitals().get(domainId);
    assert.deepEqual([vitals?.code, vitals?.isValid, vitals?.version, vitals?.isAcquired], [0, true, 5, true]);
  });

  test("whoever is no SPM changes nothing", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    const volume = newVolume();
    await finished(storage, await storage.volumes.create(poolId, volume));
    await storage.pools.stopSpm(poolId);
    const writes = [
      storage.volumes.create(poolId, newVolume()),
      storage.volumes.delete(poolId, { ...volume, volumeIds: [volume.volumeId], wipes: false }),
      storage.volumes.copy(poolId, {
        source: volume,
        target: newVolume(),
        format: "RAW",
        allocation: "SPARSE",
        description: "",
        role: "LEAF",
      }),
      storage.images.delete(poolId, { ...volume, wipes: false }),
      storage.volumes.setDescription(poolId, volume, "x"),
      storage.volumes.setLegality(poolId, volume, "ILLEGAL"),
      storage.domains.attach(domainId, poolId),
      storage.domains.activate(domainId, poolId),
      storage.domains.setDescription(domainId, "x"),
      storage.pools.destroy(poolId),
    ];
    for (const write of writes) await assert.rejects(write, { code: 654 });
    assert.equal((await storage.volumes.getInfo(volume)).legality, "LEGAL");
  });

  test("losing the lock ends the role", async () => {
    const lock = Promise.withResolvers<void>();
    await using world = await storageWorld({
      acquireLock: async () => ({ ended: lock.promise, release: async () => lock.resolve() }),
    });
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    lock.resolve();
    await lock.promise;
    assert.equal((await storage.pools.getSpmStatus(poolId)).status, "Free");
    await assert.rejects(storage.volumes.create(poolId, newVolume()), { code: 654 });
  });
});

describe("volumes", () => {
  test("a raw sparse volume is a file of its capacity without blocks", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    const volume = newVolume({ capacityBytes: MiB - 1, description: '{"DiskAlias":"d1"}' });
    await finished(storage, await storage.volumes.create(poolId, volume));
    const { imageId, volumeId } = volume;
    assert.deepEqual(await storage.volumes.getInfo(volume), {
      domainId,
      imageId,
      volumeId,
      childIds: [],
      capacityBytes: MiB,
      format: "RAW",
      allocation: "SPARSE",
      role: "LEAF",
      legality: "LEGAL",
      status: "OK",
      diskType: "DATA",
      description: '{"DiskAlias":"d1"}',
      createdSeconds: Date.UTC(2026, 10, 22) / 1000,
      generation: 0,
      sequence: 1,
      apparentBytes: MiB,
      trueBytes: 0,
    });
    assert.deepEqual(await storage.domains.listImages(domainId), [imageId]);
    assert.deepEqual(await storage.domains.listVolumes(domainId, imageId), [volumeId]);
  });

  test("a snapshot stands on its parent by a relative name, and the parent is a leaf again when it goes", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    const base = newVolume();
    await finished(storage, await storage.volumes.create(poolId, base));
    const top = newVolume({ imageId: base.imageId, format: "COW", parent: base });
    await finished(storage, await storage.volumes.create(poolId, top));
    const prepared = await storage.images.prepare(top);
    assert.deepEqual(
      prepared.chain.map(({ volumeId, format }) => [volumeId, format]),
      [
        [base.volumeId, "RAW"],
        [top.volumeId, "COW"],
      ],
    );
    assert.match(
      await readFile(prepared.path, "utf8"),
      new RegExp(`"backing":{"name":"${base.volumeId}","format":"raw"}`),
    );
    assert.deepEqual((await storage.volumes.getInfo(base)).childIds, [top.volumeId]);
    assert.equal((await storage.volumes.getInfo(base)).role, "INTERNAL");
    await assert.rejects(storage.images.prepare(base, { isToBeWritten: true }), { code: 220 });
    const deletion = { domainId, imageId: base.imageId, volumeIds: [base.volumeId], wipes: false };
    assert.equal(
      (await ended(storage, await storage.volumes.delete(poolId, { ...deletion, volumeIds: [top.volumeId] }))).code,
      203,
    );
    await storage.images.teardown(domainId, base.imageId);
    assert.equal((await ended(storage, await storage.volumes.delete(poolId, deletion))).code, 204);
    await finished(storage, await storage.volumes.delete(poolId, { ...deletion, volumeIds: [top.volumeId] }));
    assert.equal((await storage.volumes.getInfo(base)).role, "LEAF");
  });

  test("disks of VMs stand on a template by hard links, and the template stays while they do", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    const source = newVolume();
    await finished(storage, await storage.volumes.create(poolId, source));
    const template = newVolume({ format: "COW" });
    await finished(
      storage,
      await storage.volumes.copy(poolId, {
        source,
        target: template,
        format: "COW",
        allocation: "SPARSE",
        description: "t",
        role: "SHARED",
      }),
    );
    const disk = newVolume({ format: "COW", parent: template, capacityBytes: 2 * MiB });
    await finished(storage, await storage.volumes.create(poolId, disk));
    assert.deepEqual((await storage.volumes.getInfo(template)).childIds, [disk.volumeId]);
    assert.deepEqual(
      new Set(await storage.domains.listVolumes(domainId, disk.imageId)),
      new Set([template.volumeId, disk.volumeId]),
    );
    assert.deepEqual(
      (await storage.images.prepare(disk)).chain.map(({ volumeId }) => volumeId),
      [template.volumeId, disk.volumeId],
    );
    await storage.images.teardown(domainId, disk.imageId);
    // A guest on the template's own bytes would spoil the disks of all others, by whichever name it has them.
    for (const imageId of [template.imageId, disk.imageId]) {
      const own = { ...template, imageId };
      await assert.rejects(storage.images.prepare(own, { isToBeWritten: true }), { code: 219 });
      await storage.images.prepare(own);
      await storage.images.teardown(domainId, imageId);
    }
    await assert.rejects(storage.images.delete(poolId, { ...template, wipes: false }), { code: 223 });
    await finished(storage, await storage.images.delete(poolId, { ...disk, wipes: true }));
    assert.match(
      await readFile(`${storagePath}/${domainId}/images/${template.imageId}/${template.volumeId}`, "utf8"),
      /^copy of/,
    );
    await finished(storage, await storage.images.delete(poolId, { ...template, wipes: true }));
    assert.deepEqual(await storage.domains.listImages(domainId), [source.imageId]);
  });

  test("what cannot be made is refused with vdsm's code before anything is changed", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    const base = newVolume({ capacityBytes: 2 * MiB });
    await finished(storage, await storage.volumes.create(poolId, base));
    const onBase = newVolume({ imageId: base.imageId, format: "COW", parent: base, capacityBytes: 2 * MiB });
    const refused = [
      [base, 212],
      [{ ...onBase, format: "RAW" }, 202],
      [{ ...onBase, capacityBytes: MiB }, 229],
      [{ ...onBase, parent: { ...base, volumeId: newId<VolumeId>() } }, 201],
      [{ ...onBase, imageId: newId<ImageId>() }, 214],
      [newVolume({ capacityBytes: 0 }), 1000],
      [newVolume({ domainId: newId<StorageDomainId>() }), 353],
    ] as const;
    for (const [volume, code] of refused) await assert.rejects(storage.volumes.create(poolId, volume), { code });
    await storage.volumes.setLegality(poolId, base, "ILLEGAL");
    await assert.rejects(storage.volumes.create(poolId, onBase), { code: 226 });
    await assert.rejects(storage.volumes.create(newId<PoolId>(), newVolume()), { code: 309 });
    assert.deepEqual(await storage.domains.listImages(domainId), [base.imageId]);
  });

  test("an illegal volume is not prepared, unless one insists", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    const volume = newVolume({ isLegal: false });
    await finished(storage, await storage.volumes.create(poolId, volume));
    await assert.rejects(storage.images.prepare(volume), { code: 227 });
    assert.equal((await storage.images.prepare(volume, { allowsIllegal: true })).format, "RAW");
    await storage.volumes.setLegality(poolId, volume, "LEGAL");
    assert.equal((await storage.images.prepare(volume)).path.endsWith(volume.volumeId), true);
  });

  test("what is prepared is remembered by a new agent and not deleted", async () => {
    await using world = await storageWorld();
    const { storage, storagePath, options } = world;
    await becomeSpm(storage, storagePath);
    const volume = newVolume();
    const { imageId } = volume;
    await finished(storage, await storage.volumes.create(poolId, volume));
    await storage.images.prepare(volume);
    await storage[Symbol.asyncDispose]();

    await using again = await openStorage(options);
    assert.deepEqual(await again.images.listPrepared(), [{ domainId, imageId }]);
    await resumeSpm(again, storagePath);
    await assert.rejects(again.images.delete(poolId, { domainId, imageId, wipes: false }), { code: 203 });
    await again.images.teardown(domainId, imageId);
    await finished(again, await again.images.delete(poolId, { domainId, imageId, wipes: false }));
  });

  test("an image that is not there cannot be deleted", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    await assert.rejects(storage.images.delete(poolId, { domainId, imageId: newId<ImageId>(), wipes: false }), {
      code: 268,
    });
  });
});

describe("streams", () => {
  test("a body becomes the content; the volume is legal again and one generation older", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    const volume = newVolume({ isLegal: false });
    await finished(storage, await storage.volumes.create(poolId, volume));
    const content = Buffer.concat([Buffer.alloc(256 * 1024), Buffer.from("hello")]);
    const taskId = await storage.images.upload(
      volume,
      Readable.from([content.subarray(0, 200_000), content.subarray(200_000)]),
      {
        lengthBytes: content.length,
      },
    );
    assert.equal(storage.tasks.getStatus(taskId).result, "success");
    const { legality, generation, apparentBytes, trueBytes } = await storage.volumes.getInfo(volume);
    assert.deepEqual({ legality, generation, apparentBytes }, { legality: "LEGAL", generation: 1, apparentBytes: MiB });
    assert.ok(trueBytes < 256 * 1024, "zeroes take no space");
    const download = await storage.images.download(volume, { lengthBytes: content.length });
    assert.deepEqual(Buffer.concat(await download.body.toArray()), content);
  });

  test("a body of another length than promised leaves the volume illegal", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    const volume = newVolume();
    await finished(storage, await storage.volumes.create(poolId, volume));
    for (const body of ["short", "much too long"]) {
      await assert.rejects(storage.images.upload(volume, Readable.from([Buffer.from(body)]), { lengthBytes: 8 }), {
        code: 2002,
      });
      assert.equal((await storage.volumes.getInfo(volume)).legality, "ILLEGAL");
    }
    await assert.rejects(storage.images.download(volume), { code: 227 });
  });

  test("more than the capacity is refused before the first byte", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    const volume = newVolume();
    await finished(storage, await storage.volumes.create(poolId, volume));
    await assert.rejects(storage.images.upload(volume, Readable.from([]), { lengthBytes: MiB + 1 }), { code: 1000 });
    assert.equal((await storage.volumes.getInfo(volume)).legality, "LEGAL");
    await storage.images.prepare(volume);
    await assert.rejects(storage.images.upload(volume, Readable.from([]), { lengthBytes: 1 }), { code: 203 });
  });

  test("an upload that is given up ends", async () => {
    await using world = await storageWorld();
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    const volume = newVolume();
    await finished(storage, await storage.volumes.create(poolId, volume));
    const abort = new AbortController();
    const endless = new Readable({ read: () => undefined });
    const upload = storage.images.upload(volume, endless, { lengthBytes: 100, signal: abort.signal });
    abort.abort(new Error("the client went away"));
    await assert.rejects(upload, { code: 2002 });
    assert.equal((await storage.volumes.getInfo(volume)).legality, "ILLEGAL");
  });
});

describe("tasks", () => {
  test("a finished task stays until it is cleared, also over a restart", async () => {
    await using world = await storageWorld();
    const { storage, storagePath, options } = world;
    await becomeSpm(storage, storagePath);
    const taskId = await storage.volumes.create(poolId, newVolume());
    await finished(storage, taskId);
    assert.deepEqual(storage.tasks.getInfo(taskId), { taskId, verb: "createVolume" });
    await storage[Symbol.asyncDispose]();

    await using again = await openStorage(options);
    assert.throws(() => again.tasks.getStatus(taskId), { code: 401 });
    await resumeSpm(again, storagePath);
    assert.deepEqual(again.tasks.getStatus(taskId), {
      taskId,
      state: "finished",
      result: "success",
      code: 0,
      message: "",
    });
    await assert.rejects(again.tasks.revert(taskId), { code: 410 });
    await again.tasks.clear(taskId);
    assert.throws(() => again.tasks.getStatus(taskId), { code: 401 });
    assert.deepEqual(await readdir(`${storagePath}/${domainId}/master/tasks`), []);
  });

  /** A world whose qemu-img never ends but by being aborted. */
  const endless = async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const qemuImg = {
      ...fakeQemuImg,
      create: async (_image: unknown, signal: AbortSignal) => {
        begin();
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    };
    const world = await storageWorld({ qemuImg });
    await becomeSpm(world.storage, world.storagePath);
    const taskId = await world.storage.volumes.create(poolId, newVolume({ format: "COW" }));
    await begun;
    return { world, taskId };
  };

  test("a running task cannot be cleared; stopping it undoes what it did", async () => {
    const { world, taskId } = await endless();
    await using _ = world;
    const { storage } = world;
    await assert.rejects(storage.tasks.clear(taskId), { code: 403 });
    await storage.tasks.stop(taskId);
    const { state, result, code } = storage.tasks.getStatus(taskId);
    assert.deepEqual({ state, result, code }, { state: "finished", result: "cleanSuccess", code: 411 });
    assert.deepEqual(await storage.domains.listImages(domainId), []);
    await storage.pools.stopSpm(poolId);
  });

  test("who gives the SPM role back undoes first what still runs, and the next SPM knows how it ended", async () => {
    const { world, taskId } = await endless();
    await using _ = world;
    const { storage, storagePath } = world;
    await storage.pools.stopSpm(poolId);
    assert.deepEqual(await storage.domains.listImages(domainId), []);
    assert.throws(() => storage.tasks.getStatus(taskId), { code: 401 });
    await resumeSpm(storage, storagePath);
    const { state, result, code } = storage.tasks.getStatus(taskId);
    assert.deepEqual({ state, result, code }, { state: "finished", result: "cleanSuccess", code: 411 });
  });

  test("an unknown task is an error", async () => {
    await using world = await storageWorld();
    await assert.rejects(world.storage.tasks.stop(newId<TaskId>()), { code: 401 });
  });
});
