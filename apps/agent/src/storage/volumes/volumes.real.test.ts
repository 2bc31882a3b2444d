/** Volumes and jobs with the real qemu-img, dd, fallocate and truncate: patterns are written, and found where they belong. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { describe, test } from "node:test";
import { type ImageId, type JobId, newId } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import { MiB } from "@yagura/std/units.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import {
  becomeSpm,
  domainId,
  finished,
  newVolume,
  poolId,
  type StorageWorld,
  storageWorld,
} from "../../../test/storage-world.ts";
import { rootCallsInProcess } from "../../root/in-process.ts";
import type { JobInfo } from "../contract/jobs.ts";
import type { NewVolume, VolumeKey } from "../contract/volumes.ts";
import { fileDomain } from "../domains/file-domain.ts";
import { openStorageFiles } from "../files/storage-files.ts";
import type { Storage } from "../storage.ts";
import { qemuImg } from "../tools/qemu-img.ts";
import { volumeBlocks } from "../tools/volume-blocks.ts";
import { wipeContent } from "./volume-content.ts";
import type { VolumeWorld } from "./volume-world.ts";

const programs = ["qemu-img", "qemu-io", "dd", "fallocate", "truncate", "setpriv"].map((name) => `/usr/bin/${name}`);
const missing = programs.filter((path) => !existsSync(path));
const skip = missing.length === 0 ? false : `not installed: ${missing.join(", ")}`;
const signal = AbortSignal.timeout(120_000);

async function realWorld(volumes: readonly NewVolume[]): Promise<StorageWorld> {
  const world = await storageWorld({ qemuImg, blocks: volumeBlocks });
  await becomeSpm(world.storage, world.storagePath);
  for (const volume of volumes) await finished(world.storage, await world.storage.volumes.create(poolId, volume));
  return world;
}

const pathOf = ({ storagePath }: StorageWorld, { imageId, volumeId }: VolumeKey): string =>
  `${storagePath}/${domainId}/images/${imageId}/${volumeId}`;

/** As a guest writes: through the chain, a byte from `at` on for `length`. */
async function write(path: string, format: "raw" | "qcow2", byte: number, at: string, length: string): Promise<void> {
  await runProgram("qemu-io", ["-f", format, "-c", `write -P ${byte} ${at} ${length}`, path]);
}

/** What a guest sees. */
async function checksum(path: string, format: "raw" | "qcow2"): Promise<string> {
  await using directory = await temporaryDirectory();
  const whole = `${directory.path}/whole`;
  await runProgram("qemu-img", ["convert", "-f", format, "-O", "raw", path, whole]);
  return createHash("sha256")
    .update(await readFile(whole))
    .digest("hex");
}

async function done({ jobs }: Storage, begin: (jobId: JobId) => void): Promise<JobInfo> {
  const jobId = newId<JobId>();
  begin(jobId);
  const isEnded = ({ status }: JobInfo): boolean => ["done", "failed", "aborted"].includes(status);
  const job = await poll("a job", () => jobs.list({ jobIds: [jobId] }).find(isEnded), {
    timeoutMs: 60_000,
    everyMs: 10,
  });
  assert.deepEqual([job.status, job.error], ["done", undefined]);
  return job;
}

describe("volumes with the real qemu-img", { skip }, () => {
  const imageId = newId<ImageId>();
  const base = newVolume({ imageId, capacityBytes: 8 * MiB });
  const top = newVolume({ imageId, capacityBytes: 16 * MiB, format: "COW", parent: base });

  async function writeChain(world: StorageWorld): Promise<void> {
    await write(pathOf(world, base), "raw", 0x11, "1M", "2M");
    await write(pathOf(world, top), "qcow2", 0x22, "2M", "64k");
    await write(pathOf(world, top), "qcow2", 0x33, "15M", "1M");
  }

  test("a chain is copied as one, raw and qcow2, sparse and preallocated, and over what a copy left", async () => {
    const targets = [
      newVolume({ capacityBytes: 16 * MiB }),
      newVolume({ capacityBytes: 16 * MiB, allocation: "PREALLOCATED" }),
      newVolume({ capacityBytes: 16 * MiB, format: "COW" }),
      newVolume({ capacityBytes: 16 * MiB, format: "COW", allocation: "PREALLOCATED" }),
    ];
    await using world = await realWorld([base, top, ...targets]);
    const { storage } = world;
    await writeChain(world);
    const wanted = await checksum(pathOf(world, top), "qcow2");
    for (const target of targets) {
      const format = target.format === "RAW" ? "raw" : "qcow2";
      await write(pathOf(world, target), format, 0x77, "4M", "4M");
      const job = await done(storage, (id) =>
        storage.jobs.copyData(id, { source: top, destination: { ...target, generation: 0 } }),
      );
      assert.equal(job.progress, 100);
      assert.equal(await checksum(pathOf(world, target), format), wanted);
      const { trueBytes } = await storage.volumes.getSize(target);
      assert.ok(target.allocation === "SPARSE" ? trueBytes < 6 * MiB : trueBytes >= 16 * MiB, `${trueBytes} bytes`);
    }
  });

  test("a chain is moved volume by volume, and is the same chain", async () => {
    const newImage = newId<ImageId>();
    const newBase = newVolume({ imageId: newImage, capacityBytes: 8 * MiB });
    const newTop = newVolume({ imageId: newImage, capacityBytes: 16 * MiB, format: "COW", parent: newBase });
    await using world = await realWorld([base, top, newBase, newTop]);
    const { storage } = world;
    await writeChain(world);
    await done(storage, (id) =>
      storage.jobs.copyData(id, { source: base, destination: { ...newBase, generation: 0 } }),
    );
    await done(storage, (id) => storage.jobs.copyData(id, { source: top, destination: { ...newTop, generation: 0 } }));
    assert.equal(await checksum(pathOf(world, newBase), "raw"), await checksum(pathOf(world, base), "raw"));
    assert.equal(await checksum(pathOf(world, newTop), "qcow2"), await checksum(pathOf(world, top), "qcow2"));
    assert.ok((await stat(pathOf(world, newTop))).size < 2 * MiB, "the base's bytes are in the top");
    await storage.volumes.verify(newTop);
  });

  test("volumes grow, and keep what they had", async () => {
    const volumes = [newVolume(), newVolume({ allocation: "PREALLOCATED" }), newVolume({ format: "COW" })];
    await using world = await realWorld(volumes);
    const { storage } = world;
    for (const volume of volumes) {
      const format = volume.format === "RAW" ? "raw" : "qcow2";
      await write(pathOf(world, volume), format, 0x44, "512k", "512k");
      await finished(storage, await storage.volumes.extend(poolId, { ...volume, capacityBytes: 5 * MiB }));
      const info = await qemuImg.info(pathOf(world, volume), format, signal);
      assert.deepEqual([info.virtualBytes, (await storage.volumes.getInfo(volume)).capacityBytes], [5 * MiB, 5 * MiB]);
      const expected = Buffer.concat([Buffer.alloc(MiB / 2), Buffer.alloc(MiB / 2, 0x44), Buffer.alloc(4 * MiB)]);
      assert.equal(await checksum(pathOf(world, volume), format), createHash("sha256").update(expected).digest("hex"));
      if (volume.allocation === "PREALLOCATED") {
        assert.ok((await storage.volumes.getSize(volume)).trueBytes >= 5 * MiB);
      }
    }
  });

  test("what is measured is what the copy needs", async () => {
    await using world = await realWorld([base, top]);
    const { storage, path } = world;
    await writeChain(world);
    const whole = await storage.volumes.measure(top, { format: "COW" });
    const alone = await storage.volumes.measure(top, { format: "COW", chain: "none" });
    const pair = await storage.volumes.measure(top, { format: "COW", baseId: base.volumeId });
    await runProgram("qemu-img", ["convert", "-f", "qcow2", "-O", "qcow2", pathOf(world, top), `${path}/copy`]);
    const { size } = await stat(`${path}/copy`);
    assert.equal(whole, size);
    assert.equal(pair, whole);
    assert.ok(alone <= whole - 2 * MiB + 64 * 1024, `${alone} of ${whole}`);
    assert.equal(await storage.volumes.measure(top, { format: "RAW" }), 16 * MiB);
  });

  test("a merge without a guest leaves the content, in one volume less", async () => {
    const leaf = newVolume({ imageId, capacityBytes: 16 * MiB, format: "COW", parent: top });
    await using world = await realWorld([base, top, leaf]);
    const { storage } = world;
    await writeChain(world);
    await write(pathOf(world, leaf), "qcow2", 0x55, "3M", "64k");
    const wanted = await checksum(pathOf(world, leaf), "qcow2");
    const subchain = { domainId, imageId, baseId: base.volumeId, topId: top.volumeId };
    await finished(storage, await storage.volumes.prepareMerge(poolId, subchain));
    await done(storage, (id) => storage.jobs.merge(id, { ...subchain, baseGeneration: 0 }));
    assert.equal(await checksum(pathOf(world, leaf), "qcow2"), wanted, "before the top is left out");
    await finished(storage, await storage.volumes.finalizeMerge(poolId, subchain));
    const doomed = { domainId, imageId, volumeIds: [top.volumeId], wipes: true };
    await finished(storage, await storage.volumes.delete(poolId, doomed));
    assert.equal(await checksum(pathOf(world, leaf), "qcow2"), wanted);
    assert.equal((await storage.images.prepare(leaf)).chain.length, 2);
    await runProgram("qemu-img", ["check", "-f", "qcow2", pathOf(world, leaf)]);
  });

  test("wiping overwrites the data of a volume and leaves its holes", async () => {
    const volume = newVolume({ capacityBytes: 64 * MiB });
    await using world = await realWorld([volume]);
    await write(pathOf(world, volume), "raw", 0x99, "10M", "1M");
    await write(pathOf(world, volume), "raw", 0x99, "50M", "64k");
    const domain = fileDomain(
      domainId,
      `${world.storagePath}/${domainId}`,
      openStorageFiles(rootCallsInProcess(false)),
    );
    const files = openStorageFiles(rootCallsInProcess(false));
    const volumes = { files, blocks: volumeBlocks } as VolumeWorld;
    await wipeContent(domain, pathOf(world, volume), volumes, { signal });
    assert.ok((await readFile(pathOf(world, volume))).equals(Buffer.alloc(64 * MiB)));
    assert.ok((await world.storage.volumes.getSize(volume)).trueBytes < 2 * MiB);
  });

  test("another qcow2 format is another header, and the same content", async () => {
    const volume = newVolume({ format: "COW" });
    await using world = await realWorld([volume]);
    const { storage } = world;
    await write(pathOf(world, volume), "qcow2", 0x66, "0", "128k");
    const before = await checksum(pathOf(world, volume), "qcow2");
    await done(storage, (id) => storage.jobs.amendVolume(id, { ...volume, generation: 0 }, "0.10"));
    const info = await storage.volumes.getQemuImageInfo(volume);
    assert.match(JSON.stringify(info), /"compat":"0.10"/);
    assert.equal(await checksum(pathOf(world, volume), "qcow2"), before);
  });
});

describe("plain blocks, past the page cache", { skip }, () => {
  test("a file is overwritten with zeroes to its end, and a range of it alone", async () => {
    await using directory = await temporaryDirectory();
    const path = `${directory.path}/file`;
    await runProgram("dd", ["if=/dev/urandom", `of=${path}`, "bs=4096", "count=700"]);
    const percents: number[] = [];
    const lengthBytes = 700 * 4096;
    const onProgress = (percent: number): void => void percents.push(percent);
    const before = await readFile(path);
    await volumeBlocks.zero({ path, fromBytes: 4096, toBytes: 8192, isDirect: true }, { signal });
    before.fill(0, 4096, 8192);
    assert.ok(before.equals(await readFile(path)));
    await volumeBlocks.zero({ path, fromBytes: 0, toBytes: lengthBytes, isDirect: true }, { signal, onProgress });
    assert.ok((await readFile(path)).equals(Buffer.alloc(lengthBytes)));
    assert.equal(percents.at(-1), 100);
  });

  test("an image on a direct file is created, converted, resized, amended and repaired", async () => {
    await using directory = await temporaryDirectory();
    const [from, to] = ["from", "a,comma"].map((name) => ({
      path: `${directory.path}/${name}`,
      format: "qcow2" as const,
      isDirect: true,
    }));
    assert.ok(from !== undefined && to !== undefined);
    for (const { path, format } of [from, to]) {
      await qemuImg.create({ path, format, sizeBytes: 4 * MiB, isPreallocated: false }, signal);
    }
    await write(from.path, "qcow2", 0x12, "1M", "1M");
    await qemuImg.convert({ from, to, target: "zeroes", capacityBytes: 4 * MiB }, { signal });
    assert.equal(await checksum(to.path, "qcow2"), await checksum(from.path, "qcow2"));
    await qemuImg.resize({ ...to, sizeBytes: 6 * MiB }, signal);
    await qemuImg.amend({ ...to, compat: "0.10" }, signal);
    await qemuImg.repairLeaks(to, signal);
    assert.equal((await qemuImg.info(to.path, "qcow2", signal)).virtualBytes, 6 * MiB);
    await assert.rejects(qemuImg.resize({ ...to, sizeBytes: MiB }, signal));
  });

  test("blocks are allocated in a file that is there", async () => {
    // A pipe stands for it: it cannot either.
    await using directory = await temporaryDirectory();
    const path = `${directory.path}/file`;
    await runProgram("truncate", ["--size=1M", path]);
    assert.equal(await volumeBlocks.allocate({ path, fromBytes: 0, toBytes: MiB }, { signal }), true);
    await assert.rejects(
      volumeBlocks.allocate({ path: `${directory.path}/none/file`, fromBytes: 0, toBytes: MiB }, { signal }),
    );
  });
});
