// A disk that is full at each step of an operation: a tmpfs with so many pages or names left, in a namespace of our own.
import assert from "node:assert/strict";
import { readdir, rm, writeFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { runProgram } from "@yagura/std/run-program.ts";
import { KiB } from "@yagura/std/units.ts";
import {
  becomeSpm,
  domainId,
  ended,
  newVolume,
  poolId,
  resumeSpm,
  type StorageWorld,
  storageWorld,
} from "../../test/storage-world.ts";
import { hasPrivateMounts, runInPrivateMounts } from "../testing/in-private-mounts.ts";
import type { NewVolume } from "./contract/volumes.ts";
import { qemuImg } from "./tools/qemu-img.ts";
import { volumeBlocks } from "./tools/volume-blocks.ts";

/** More pages and names than the creation of a small volume needs. */
const LEFT_MAX = 12;

if (hasPrivateMounts) suite("a full disk", fullDisk);
else {
  const skip = process.getuid?.() !== 0 && "only root can mount";
  test("a full disk, in a namespace of its own", { skip }, async () => {
    await runInPrivateMounts(import.meta.filename, 240_000);
  });
}

function fullDisk(): void {
  test("with so many pages left, a creation succeeds or leaves nothing, and says why", async () => {
    await tryAll(async ({ storagePath }, left) => {
      // As much as goes in, and then some pages less.
      await fillUp(storagePath);
      await runProgram("truncate", [`--size=-${left * 4 * KiB}`, `${storagePath}/filler`]);
    });
  });

  test("on a disk without a free byte an image can be deleted, and the room for the next deletion is kept again", async () => {
    await using world = await storageWorld({ qemuImg, blocks: volumeBlocks });
    const { storage, storagePath } = world;
    await runProgram("mount", ["-t", "tmpfs", "-o", "size=48m,nr_inodes=200", "none", storagePath]);
    await becomeSpm(storage, storagePath);
    const [one, other] = [newVolume(), newVolume()];
    for (const volume of [one, other]) {
      assert.equal((await ended(storage, await storage.volumes.create(poolId, volume))).result, "success");
    }
    for (const volume of [one, other]) {
      await fillUp(storagePath);
      const taskId = await storage.images.delete(poolId, { ...volume, wipes: false });
      const { result, message } = await ended(storage, taskId);
      assert.equal(result, "success", message);
      await rm(`${storagePath}/filler`);
      await storage.tasks.clear(taskId);
    }
    assert.deepEqual(await readdir(`${storagePath}/${domainId}/images`), []);
    await storage.pools.stopSpm(poolId);
    await runProgram("umount", ["--lazy", storagePath]);
  });

  test("with so many names left, a creation succeeds or leaves nothing, and says why", async () => {
    await tryAll(async ({ storagePath }, left) => {
      for (let made = 0; ; made++) {
        const isMade = await writeFile(`${storagePath}/filler-${made}`, "").then(
          () => true,
          () => false,
        );
        if (isMade) continue;
        for (let freed = 1; freed <= left; freed++) await rm(`${storagePath}/filler-${made - freed}`);
        return;
      }
    });
  });
}

async function fillUp(storagePath: string): Promise<void> {
  await runProgram("dd", ["if=/dev/zero", `of=${storagePath}/filler`, "bs=4096", "status=none"], { okCodes: [1] });
}

async function tryAll(fill: (world: StorageWorld, left: number) => Promise<void>): Promise<void> {
  const outcomes: string[] = [];
  for (const volume of [newVolume(), newVolume({ format: "COW" }), newVolume({ allocation: "PREALLOCATED" })]) {
    for (let left = 0; left <= LEFT_MAX; left++) outcomes.push(await tryOnce(volume, left, fill));
  }
  const all = outcomes.join(", ");
  assert.ok(/:success/.test(all) && /:cleanSuccess/.test(all), all);
}

async function tryOnce(
  volume: NewVolume,
  left: number,
  fill: (world: StorageWorld, left: number) => Promise<void>,
): Promise<string> {
  await using world = await storageWorld({ qemuImg, blocks: volumeBlocks });
  const { storage, storagePath } = world;
  // It goes with the namespace.
  await runProgram("mount", ["-t", "tmpfs", "-o", "size=48m,nr_inodes=200", "none", storagePath]);
  await becomeSpm(storage, storagePath);
  await fill(world, left);
  const taskId = await storage.volumes.create(poolId, volume);
  const { result, message } = await ended(storage, taskId);
  const fillers = (await readdir(storagePath)).filter((name) => name.startsWith("filler"));
  for (const name of fillers) await rm(`${storagePath}/${name}`);
  if (result !== "success") {
    assert.match(message, /ENOSPC|no space/i, `${left} left: ${message}`);
    // What could not be settled on a full disk is settled by the next SPM.
    await storage.pools.stopSpm(poolId);
    await resumeSpm(storage, storagePath);
    assert.deepEqual(await readdir(`${storagePath}/${domainId}/images`), [], `${left} left: ${message}`);
    const records = await readdir(`${storagePath}/${domainId}/master/tasks`);
    assert.ok(
      records.every((name) => name.endsWith(".json")),
      records.join(" "),
    );
  }
  await storage.pools.stopSpm(poolId);
  await runProgram("umount", ["--lazy", storagePath]);
  return `${left}:${result}`;
}
