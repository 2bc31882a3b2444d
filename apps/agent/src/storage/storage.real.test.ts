/** Storage with the real qemu-img and the real lock. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { describe, test } from "node:test";
import { runProgram } from "@yagura/std/run-program.ts";
import { MiB } from "@yagura/std/units.ts";
import {
  becomeSpm,
  domainId,
  finished,
  newVolume,
  poolId,
  resumeSpm,
  type StorageWorld,
  storageWorld,
} from "../../test/storage-world.ts";
import type { VolumeKey } from "./contract/volumes.ts";
import { openStorage } from "./open-storage.ts";
import { acquireLocalLock } from "./pool/local-lock.ts";
import { qemuImg } from "./tools/qemu-img.ts";
import { volumeBlocks } from "./tools/volume-blocks.ts";

const missing = ["/usr/bin/qemu-img", "/usr/bin/flock"].filter((path) => !existsSync(path));
const skip = missing.length === 0 ? false : `not installed: ${missing.join(", ")}`;
const realWorld = (): Promise<StorageWorld> =>
  storageWorld({ qemuImg, blocks: volumeBlocks, acquireLock: acquireLocalLock });

describe("storage with the real qemu-img", { skip }, () => {
  test("a chain of template and disk is what QEMU takes it for, wherever the domain is mounted", async () => {
    await using world = await realWorld();
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    const source = newVolume({ capacityBytes: 4 * MiB });
    await finished(storage, await storage.volumes.create(poolId, source));
    const content = Buffer.alloc(4 * MiB, "yagura ");
    await storage.images.upload(source, Readable.from([content]), { lengthBytes: content.length });
    const template = newVolume();
    await finished(
      storage,
      await storage.volumes.copy(poolId, {
        source,
        target: template,
        format: "COW",
        allocation: "SPARSE",
        description: "",
        role: "SHARED",
      }),
    );
    const disk = newVolume({ format: "COW", parent: template, capacityBytes: 8 * MiB });
    await finished(storage, await storage.volumes.create(poolId, disk));
    const snapshot = newVolume({ imageId: disk.imageId, format: "COW", parent: disk, capacityBytes: 8 * MiB });
    await finished(storage, await storage.volumes.create(poolId, snapshot));
    for (const volume of [disk, snapshot]) await storage.volumes.verify(volume);
    const { path, chain } = await storage.images.prepare(snapshot);
    const { stdout } = await runProgram("qemu-img", ["info", "--output=json", "--backing-chain", path]);
    const files = JSON.parse(stdout) as { "virtual-size": number; "backing-filename"?: string; format: string }[];
    assert.deepEqual(
      files.map((file) => [file.format, file["virtual-size"], file["backing-filename"]]),
      [
        ["qcow2", 8 * MiB, disk.volumeId],
        ["qcow2", 8 * MiB, template.volumeId],
        ["qcow2", 4 * MiB, undefined],
      ],
    );
    assert.equal(chain.length, 3);
    const whole = `${world.path}/whole`;
    await runProgram("qemu-img", ["convert", "-f", "qcow2", "-O", "raw", path, whole]);
    assert.deepEqual((await readFile(whole)).subarray(0, 4 * MiB), content);
  });

  test("preallocated volumes have their blocks", async () => {
    await using world = await realWorld();
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    for (const format of ["RAW", "COW"] as const) {
      const volume = newVolume({ format, allocation: "PREALLOCATED" });
      await finished(storage, await storage.volumes.create(poolId, volume));
      assert.ok((await storage.volumes.getSize(volume)).trueBytes >= MiB);
      assert.equal((await storage.volumes.getQemuImageInfo(volume))["virtual-size"], MiB);
    }
  });

  test("an uploaded image that reaches for files of the host stays illegal", async () => {
    await using world = await realWorld();
    const { storage, storagePath, path } = world;
    await becomeSpm(storage, storagePath);
    await writeFile(`${path}/raw`, Buffer.alloc(MiB));
    const evil: Readonly<Record<string, readonly string[]>> = {
      "a backing file": ["-u", "-b", "/etc/passwd", "-F", "raw", `${path}/evil`, "1M"],
      "a data file": ["-o", `data_file=${path}/raw,data_file_raw=on`, `${path}/evil`, "1M"],
      "more than the capacity": [`${path}/evil`, "2M"],
    };
    for (const [what, args] of Object.entries(evil)) {
      await runProgram("qemu-img", ["create", "-f", "qcow2", ...args]);
      const volume = newVolume({ format: "COW" });
      await finished(storage, await storage.volumes.create(poolId, volume));
      const body = await readFile(`${path}/evil`);
      await assert.rejects(
        storage.images.upload(volume, Readable.from([body]), { lengthBytes: body.length }),
        { code: 484 },
        what,
      );
      await assert.rejects(storage.images.prepare(volume), { code: 227 }, what);
    }
    const garbage: VolumeKey = newVolume({ format: "COW" });
    await finished(storage, await storage.volumes.create(poolId, newVolume({ ...garbage, format: "COW" })));
    await assert.rejects(storage.images.upload(garbage, Readable.from([Buffer.from("no image")]), { lengthBytes: 8 }), {
      code: 484,
    });
  });

  test("an honest qcow2 becomes the volume", async () => {
    await using world = await realWorld();
    const { storage, storagePath, path } = world;
    await becomeSpm(storage, storagePath);
    await runProgram("qemu-img", ["create", "-f", "qcow2", `${path}/good`, "1M"]);
    const body = await readFile(`${path}/good`);
    const volume = newVolume({ format: "COW" });
    await finished(storage, await storage.volumes.create(poolId, volume));
    await storage.images.upload(volume, Readable.from([body]), { lengthBytes: body.length });
    const { legality, apparentBytes } = await storage.volumes.getInfo(volume);
    assert.deepEqual({ legality, apparentBytes }, { legality: "LEGAL", apparentBytes: body.length });
  });

  test("two agents on one directory: one is the SPM, the other is told so", async () => {
    await using world = await realWorld();
    const { storage, storagePath, options, path } = world;
    await becomeSpm(storage, storagePath);
    await using other = await openStorage({
      ...options,
      repositoryPath: `${path}/other`,
      runPath: `${path}/other-run`,
    });
    await assert.rejects(resumeSpm(other, storagePath), /651: cannot lock the master domain/);
    await storage.pools.stopSpm(poolId);
    await resumeSpm(other, storagePath);
    assert.equal((await other.pools.getSpmStatus(poolId)).status, "SPM");
  });

  test("root gives volumes to 36:36 with mode 0660", {
    skip: process.getuid?.() !== 0 && "only root can",
  }, async () => {
    const { rootCallsInProcess } = await import("../root/in-process.ts");
    await using world = await storageWorld({ qemuImg, blocks: volumeBlocks, root: rootCallsInProcess(true) });
    const { storage, storagePath } = world;
    await becomeSpm(storage, storagePath);
    const volume = newVolume({ format: "COW" });
    await finished(storage, await storage.volumes.create(poolId, volume));
    const image = `${storagePath}/${domainId}/images/${volume.imageId}`;
    const of = async (path: string): Promise<unknown[]> => {
      const { uid, gid, mode } = await stat(path);
      return [uid, gid, (mode & 0o777).toString(8)];
    };
    assert.deepEqual(await of(image), [36, 36, "755"]);
    assert.deepEqual(await of(`${image}/${volume.volumeId}`), [36, 36, "660"]);
    assert.deepEqual(await of(`${image}/${volume.volumeId}.meta`), [36, 36, "644"]);
  });
});
