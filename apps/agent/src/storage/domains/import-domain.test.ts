/** Domains that vdsm made, of all versions that are in use, are taken over as they are. */
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { type ImageId, newId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import {
  type DomainMetadata,
  defaultLeaseParameters,
  formatDomainMetadata,
  formatVolumeMetadata,
  parseDomainMetadata,
} from "@yagura/storage-format";
import { becomeSpm, poolId, type StorageWorld, storageWorld } from "../../../test/storage-world.ts";

const oldId = newId<StorageDomainId>();
const imageId = newId<ImageId>();
const volumeId = newId<VolumeId>();
const volume = { domainId: oldId, imageId, volumeId };

function oldDomain(version: number, differs: Partial<DomainMetadata> = {}): DomainMetadata {
  return {
    domainId: oldId,
    version,
    type: "LOCALFS",
    class: "Data",
    role: "Regular",
    description: "of old",
    poolIds: [],
    remotePath: "/srv/old",
    blockSizeBytes: 512,
    alignmentBytes: 1024 * 1024,
    lease: defaultLeaseParameters,
    lockPolicy: "",
    foreign: new Map([["LOGBLKSIZE", "512"]]),
    ...differs,
  };
}

/** An SPM, and beside its own domain the files of an old one with one volume. */
async function withOldDomain(
  world: StorageWorld,
  metadata: DomainMetadata,
): Promise<{ readonly control: string; readonly meta: string }> {
  const { storage, storagePath, path } = world;
  await becomeSpm(storage, storagePath);
  const root = `${path}/old/${oldId}`;
  const [control, image] = [`${root}/dom_md`, `${root}/images/${imageId}`];
  await mkdir(control, { recursive: true });
  await mkdir(image, { recursive: true });
  await writeFile(`${control}/metadata`, formatDomainMetadata(metadata));
  const meta = `${image}/${volumeId}.meta`;
  const text = formatVolumeMetadata(
    {
      domainId: oldId,
      imageId,
      capacityBytes: 1024 * 1024,
      format: "RAW",
      allocation: "SPARSE",
      role: "LEAF",
      legality: "LEGAL",
      diskType: "2",
      description: "disk",
      createdSeconds: 1_440_935_038,
      generation: 0,
      sequence: 0,
      foreign: new Map([["X_OTHER", "kept"]]),
    },
    metadata.version,
  );
  await writeFile(meta, text);
  await writeFile(`${image}/${volumeId}`, "the disk");
  await storage.connections.connect([{ connectionId: "old", type: "LOCALFS", path: `${path}/old` }]);
  return { control, meta };
}

for (const version of [3, 4, 5]) {
  test(`a domain of version ${version} is found, attached, used and detached, and stays what it is`, async () => {
    await using world = await storageWorld();
    const { storage, path } = world;
    const { control, meta } = await withOldDomain(world, oldDomain(version));
    const before = await readFile(`${control}/metadata`, "utf8");
    const volumeBefore = await readFile(meta, "utf8");
    assert.deepEqual(await storage.domains.list({ path: `${path}/old`, type: "LOCALFS" }), [oldId]);
    assert.deepEqual(await storage.domains.list({ type: "NFS" }), []);
    assert.equal((await storage.domains.getInfo(oldId)).version, version);
    await storage.domains.validate(oldId);

    await storage.domains.attach(oldId, poolId);
    await storage.domains.activate(oldId, poolId);
    const attached = parseDomainMetadata(await readFile(`${control}/metadata`, "utf8"));
    assert.deepEqual(attached, { ...oldDomain(version), poolIds: [poolId] });
    await storage.volumes.setDescription(poolId, volume, "other");
    assert.equal(await readFile(meta, "utf8"), volumeBefore.replace("DESCRIPTION=disk", "DESCRIPTION=other"));
    assert.match(volumeBefore, version < 5 ? /^SIZE=2048$/m : /^CAP=1048576$/m);

    await storage.domains.deactivate(oldId, poolId);
    await storage.domains.detach(oldId, poolId);
    assert.equal(await readFile(`${control}/metadata`, "utf8"), before);
    assert.equal(await readFile(meta.replace(/\.meta$/, ""), "utf8"), "the disk");
  });
}

describe("a domain that cannot be taken over", () => {
  test("says that it belongs to another pool, until that is undone by force", async () => {
    await using world = await storageWorld();
    const { storage } = world;
    const stranger = newId<typeof poolId>();
    const { control } = await withOldDomain(
      world,
      oldDomain(5, { poolIds: [stranger], role: "Master", masterVersion: 9 }),
    );
    await assert.rejects(storage.domains.attach(oldId, poolId), { code: 380, message: new RegExp(stranger) });
    await assert.rejects(storage.domains.detach(oldId, poolId), { code: 353 });
    await storage.domains.detach(oldId, poolId, { isForced: true });
    const metadata = parseDomainMetadata(await readFile(`${control}/metadata`, "utf8"));
    assert.deepEqual([metadata.poolIds, metadata.role, metadata.masterVersion], [[], "Regular", undefined]);
    await storage.domains.attach(oldId, poolId);
  });

  const broken: Readonly<Record<string, readonly [(text: string) => string, number, RegExp]>> = {
    "with a broken checksum": [(text) => text.replace("of old", "of gold"), 752, /checksum/],
    "that says it is another one": [
      () => formatDomainMetadata(oldDomain(5, { domainId: newId<StorageDomainId>() })),
      751,
      /says that it is/,
    ],
    "whose metadata are cut": [(text) => text.slice(0, 60), 751, /./],
    "whose metadata are empty": [() => "", 751, /./],
  };
  for (const [name, [spoil, code, message]] of Object.entries(broken)) {
    test(`${name} is refused and not written to`, async () => {
      await using world = await storageWorld();
      const { storage, path } = world;
      const { control } = await withOldDomain(world, oldDomain(5));
      const spoiled = spoil(await readFile(`${control}/metadata`, "utf8"));
      await writeFile(`${control}/metadata`, spoiled);
      for (const attempt of [
        () => storage.domains.validate(oldId),
        () => storage.domains.getStats(oldId),
        () => storage.domains.attach(oldId, poolId),
        () => storage.domains.format(oldId),
      ]) {
        await assert.rejects(attempt(), (error: unknown) => {
          const { code: found, message: text, cause } = error as { code?: unknown; message: string; cause?: unknown };
          assert.deepEqual([found, message.test(`${text} ${String(cause)}`)], [code, true], String(error));
          return true;
        });
      }
      assert.deepEqual(await storage.domains.list({ path: `${path}/old`, type: "LOCALFS" }), []);
      assert.equal(await readFile(`${control}/metadata`, "utf8"), spoiled);
    });
  }
});

test("local and shared storage do not mix in a pool", async () => {
  await using world = await storageWorld();
  const { storage } = world;
  await withOldDomain(world, oldDomain(5, { type: "NFS" }));
  await assert.rejects(storage.domains.attach(oldId, poolId), { code: 372, message: /do not mix/ });
});

test("a pool has one of the clocks that are possible", async () => {
  await using world = await storageWorld();
  const { storage } = world;
  await withOldDomain(world, oldDomain(5));
  const pool = {
    poolId: newId<typeof poolId>(),
    name: "p",
    masterDomainId: oldId,
    masterVersion: 1,
    domainIds: [oldId],
  };
  await assert.rejects(storage.pools.create({ ...pool, ioTimeoutSeconds: 7 }), { code: 1000, message: /10, 5, 2/ });
  await storage.pools.create({ ...pool, ioTimeoutSeconds: 5 });
});
