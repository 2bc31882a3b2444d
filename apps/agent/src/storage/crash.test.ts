/** Kills the process between any two effects of every operation, and looks at what the next one makes of it. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { type ImageId, newId } from "@yagura/std/ids.ts";
import { Life, mortalFiles, mortalQemuImg } from "../../test/mortal-files.ts";
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
import { openStorage } from "./open-storage.ts";
import type { Storage } from "./storage.ts";

/** More effects than any operation has: a test that reaches this never ended. */
const EFFECTS_MAX = 100;

const imageId = newId<ImageId>();
const base = newVolume({ imageId });
const top = newVolume({ imageId, format: "COW", parent: base });
const template = newVolume({ format: "COW" });
const disk = newVolume({ format: "COW", parent: template });
const copyToTemplate = {
  source: base,
  target: template,
  format: "COW",
  allocation: "SPARSE",
  description: "",
  role: "SHARED",
} as const;

interface Operation {
  /** What must be there before. */
  prepare(storage: Storage): Promise<void>;
  /** Ends when the operation has, well or not. */
  act(storage: Storage): Promise<unknown>;
}

const makeBase = async (storage: Storage): Promise<void> =>
  finished(storage, await storage.volumes.create(poolId, base));
const makeTop = async (storage: Storage): Promise<void> => {
  await makeBase(storage);
  await finished(storage, await storage.volumes.create(poolId, top));
};
const makeTemplate = async (storage: Storage): Promise<void> => {
  await makeBase(storage);
  await finished(storage, await storage.volumes.copy(poolId, copyToTemplate));
};
const makeDisk = async (storage: Storage): Promise<void> => {
  await makeTemplate(storage);
  await finished(storage, await storage.volumes.create(poolId, disk));
};

const operations: Readonly<Record<string, Operation>> = {
  "creating a raw volume": {
    prepare: async () => undefined,
    act: async (storage) => ended(storage, await storage.volumes.create(poolId, base)),
  },
  "creating a snapshot": {
    prepare: makeBase,
    act: async (storage) => ended(storage, await storage.volumes.create(poolId, top)),
  },
  "copying a volume to a template": {
    prepare: makeBase,
    act: async (storage) => ended(storage, await storage.volumes.copy(poolId, copyToTemplate)),
  },
  "creating a disk on a template": {
    prepare: makeTemplate,
    act: async (storage) => ended(storage, await storage.volumes.create(poolId, disk)),
  },
  "deleting a snapshot": {
    prepare: makeTop,
    act: async (storage) =>
      ended(
        storage,
        await storage.volumes.delete(poolId, { domainId, imageId, volumeIds: [top.volumeId], wipes: true }),
      ),
  },
  "deleting a whole chain": {
    prepare: makeTop,
    act: async (storage) =>
      ended(
        storage,
        await storage.volumes.delete(poolId, {
          domainId,
          imageId,
          volumeIds: [base.volumeId, top.volumeId],
          wipes: false,
        }),
      ),
  },
  "deleting the image of a disk on a template": {
    prepare: makeDisk,
    act: async (storage) => ended(storage, await storage.images.delete(poolId, { ...disk, wipes: true })),
  },
};

for (const [name, operation] of Object.entries(operations)) {
  test(`${name} is all or nothing wherever the process dies`, async () => {
    const states = { before: "", after: "" };
    for (let effects = EFFECTS_MAX; ; effects = effects === EFFECTS_MAX ? 0 : effects + 1) {
      const life = new Life();
      await using world = await storageWorld({ files: mortalFiles(life), qemuImg: mortalQemuImg(life, fakeQemuImg) });
      await becomeSpm(world.storage, world.storagePath);
      await operation.prepare(world.storage);
      const images = `${world.storagePath}/${domainId}/images`;
      states.before = await snapshot(images);
      life.dieAfter(effects);
      await operation.act(world.storage).catch(() => undefined);
      if (effects === EFFECTS_MAX) {
        assert.ok(!life.isDead, "the bound on effects is too low");
        states.after = await snapshot(images);
        continue;
      }
      if (!life.isDead) break;

      await using next = await openStorage({ ...world.options, files: mortalFiles(new Life()), qemuImg: fakeQemuImg });
      await resumeSpm(next, world.storagePath);
      const recovered = await snapshot(images);
      const allowed = [states.before, states.after];
      assert.ok(allowed.includes(recovered), `after ${effects} effects:\n${recovered}\nbefore:\n${states.before}`);
      // Whatever it was, asking again has the effect that was wanted.
      await operation.act(next).catch(() => undefined);
      assert.equal(await snapshot(images), states.after);
      for (const { state } of next.tasks.listStatuses()) assert.equal(state, "finished");
    }
  });
}

describe("without a journal", () => {
  test("a domain is there as a whole or not at all wherever the process dies", async () => {
    for (let effects = 0; effects < EFFECTS_MAX; effects++) {
      const life = new Life();
      await using world = await storageWorld({ files: mortalFiles(life) });
      const { storage, storagePath: path } = world;
      const domain = { domainId, type: "LOCALFS", class: "Data", name: "d", path, version: 5 } as const;
      await storage.connections.connect([{ connectionId: "c", type: "LOCALFS", path }]);
      life.dieAfter(effects);
      await storage.domains.create(domain).catch(() => undefined);
      if (!life.isDead) return;
      await using next = await openStorage({ ...world.options, files: mortalFiles(new Life()) });
      if ((await next.domains.list()).length === 0) await next.domains.create(domain);
      assert.equal((await next.domains.getInfo(domainId)).name, "d");
      assert.deepEqual((await readdir(path)).sort(), [domainId]);
    }
    assert.fail("creating a domain never ended");
  });

  test("creating a pool can be repeated until it is done", async () => {
    for (let effects = 0; effects < EFFECTS_MAX; effects++) {
      const life = new Life();
      await using world = await storageWorld({ files: mortalFiles(life) });
      const { storage, storagePath: path } = world;
      await storage.connections.connect([{ connectionId: "c", type: "LOCALFS", path }]);
      await storage.domains.create({ domainId, type: "LOCALFS", class: "Data", name: "d", path, version: 5 });
      const pool = { poolId, name: "p", masterDomainId: domainId, masterVersion: 1, domainIds: [domainId] };
      life.dieAfter(effects);
      await storage.pools.create(pool).catch(() => undefined);
      if (!life.isDead) return;
      await using next = await openStorage({ ...world.options, files: mortalFiles(new Life()) });
      const { role } = await next.domains.getInfo(domainId);
      if (role === "Regular") await next.pools.create(pool);
      await resumeSpm(next, path);
    }
    assert.fail("creating a pool never ended");
  });
});

/** Names and texts of all that counts in the images: what was written beside and never put in place is overwritten next time. */
async function snapshot(images: string): Promise<string> {
  const lines: string[] = [];
  for (const image of (await readdir(images)).sort()) {
    lines.push(image);
    const names = (await readdir(`${images}/${image}`)).filter((name) => !name.endsWith(".new"));
    for (const name of names.sort()) {
      const text = name.endsWith(".meta") ? await readFile(`${images}/${image}/${name}`, "utf8") : "";
      lines.push(` ${name} ${text.replaceAll("\n", " ")}`);
    }
  }
  return lines.join("\n");
}
