import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type ImageId, parseId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import { storageWorld } from "../../test/storage-world.ts";

const fixtures = new URL("../../../../packages/storage-format/fixtures/", import.meta.url);

/** What the vdsm that made the domain said about it. */
interface Golden {
  readonly sdUUID: string;
  readonly dump: {
    readonly metadata: { readonly name: string; readonly pool: readonly string[]; readonly remotePath: string };
    readonly volumes: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
  };
}

test("a domain that vdsm made says of itself what vdsm said of it, and is not changed by being looked at", async () => {
  const golden = JSON.parse(readFileSync(new URL("storage-domain-v5.json", fixtures), "utf8")) as Golden;
  const domainId = parseId<StorageDomainId>(golden.sdUUID);
  await using world = await storageWorld();
  const { storage, storagePath } = world;
  const archive = fileURLToPath(new URL("storage-domain-v5.tar.gz", fixtures));
  await runProgram("tar", ["-xzf", archive, "-C", storagePath, "--strip-components=1"]);
  const before = await listing(storagePath);
  await storage.connections.connect([{ connectionId: "c", type: "LOCALFS", path: storagePath }]);
  assert.deepEqual(await storage.domains.list(), [domainId]);

  const info = await storage.domains.getInfo(domainId);
  const { name, pool, remotePath } = golden.dump.metadata;
  assert.deepEqual(
    [info.name, info.poolIds, info.remotePath, info.type, info.version, info.role],
    [name, pool, remotePath, "LOCALFS", 5, "Regular"],
  );
  const [imageId] = (await storage.domains.listImages(domainId)) as [ImageId];
  for (const [id, said] of Object.entries(golden.dump.volumes)) {
    const volume = { domainId, imageId, volumeId: parseId<VolumeId>(id) };
    const found = await storage.volumes.getInfo(volume);
    assert.deepEqual(
      {
        image: found.imageId,
        parent: found.parentId ?? "00000000-0000-0000-0000-000000000000",
        capacity: found.capacityBytes,
        format: found.format,
        type: found.allocation,
        voltype: found.role,
        disktype: found.diskType,
        description: found.description,
        legality: found.legality,
        ctime: found.createdSeconds,
        generation: found.generation,
        sequence: found.sequence,
        status: found.status,
        apparentsize: found.apparentBytes,
      },
      Object.fromEntries(Object.entries(said).filter(([key]) => key !== "truesize")),
    );
  }
  const leafId = parseId<VolumeId>("00000002-0000-4000-8000-000000000000");
  const { chain } = await storage.images.prepare({ domainId, imageId, volumeId: leafId });
  assert.deepEqual(
    chain.map(({ format }) => format),
    ["RAW", "COW"],
  );
  assert.equal(await listing(storagePath), before);
});

/** Names, sizes and times of change. */
async function listing(path: string): Promise<string> {
  const { stdout } = await runProgram("find", [path, "-type", "f", "-printf", "%P %s %T@\n"]);
  return stdout.split("\n").sort().join("\n");
}
