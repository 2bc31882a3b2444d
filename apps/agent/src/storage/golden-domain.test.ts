import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type ImageId, parseId, type StorageDomainId, type VolumeId } from "@yagura/std/ids.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import { examineDomain } from "@yagura/storage-doctor";
import { parseDomainMetadata } from "@yagura/storage-format";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { becomeSpm, poolId, storageWorld } from "../../test/storage-world.ts";

const fixtures = new URL("../../../../packages/storage-format/fixtures/", import.meta.url);

/** What the vdsm that made the domain said about it. */
interface Golden {
  readonly sdUUID: string;
  readonly dump: {
    readonly metadata: { readonly name: string; readonly pool: readonly string[]; readonly remotePath: string };
    readonly volumes: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
  };
}

const golden = JSON.parse(readFileSync(new URL("storage-domain-v5.json", fixtures), "utf8")) as Golden;
const goldenId = parseId<StorageDomainId>(golden.sdUUID);
const archive = fileURLToPath(new URL("storage-domain-v5.tar.gz", fixtures));
const leaf = {
  domainId: goldenId,
  imageId: parseId<ImageId>("0000000a-0000-4000-8000-000000000000"),
  volumeId: parseId<VolumeId>("00000002-0000-4000-8000-000000000000"),
};

test("a domain that vdsm made says of itself what vdsm said of it, and is not changed by being looked at", async () => {
  const domainId = goldenId;
  await using world = await storageWorld();
  const { storage, storagePath } = world;
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
  const { chain } = await storage.images.prepare(leaf);
  assert.deepEqual(
    chain.map(({ format }) => format),
    ["RAW", "COW"],
  );
  assert.equal(await listing(storagePath), before);
});

test("a domain that vdsm made is taken into a pool and given back with its disks as they were, and the doctor finds nothing", async () => {
  await using world = await storageWorld();
  const { storage, path } = world;
  await becomeSpm(storage, world.storagePath);
  const mount = `${path}/golden`;
  await mkdir(mount);
  await runProgram("tar", ["-xzf", archive, "-C", mount, "--strip-components=1"]);
  // Whatever the umask took away.
  await runProgram("chmod", ["-R", "u=rwX,g=rwX,o=rX", mount]);
  const domainPath = `${mount}/${golden.sdUUID}`;
  const metadataPath = `${domainPath}/dom_md/metadata`;
  const [disks, metadata] = [await checksum(domainPath), readFileSync(metadataPath, "utf8")];
  const findings = async (): Promise<unknown> => (await examineDomain(domainPath)).findings;
  assert.deepEqual(await findings(), []);

  await storage.connections.connect([{ connectionId: "golden", type: "LOCALFS", path: mount }]);
  const [formerPoolId = ""] = golden.dump.metadata.pool;
  await assert.rejects(storage.domains.attach(goldenId, poolId), { code: 380, message: new RegExp(formerPoolId) });
  await storage.domains.detach(goldenId, poolId, { isForced: true });
  await storage.domains.attach(goldenId, poolId);
  await storage.domains.activate(goldenId, poolId);
  assert.deepEqual(await findings(), []);
  // The pool, and what follows from it; its role and all else stay.
  const own = ["POOL_UUID", "_SHA_CKSUM"];
  const without = (text: string): string[] =>
    text.split("\n").filter((line) => !own.includes(line.split("=")[0] ?? ""));
  assert.deepEqual(without(readFileSync(metadataPath, "utf8")), without(metadata));

  const { path: leafPath } = await storage.images.prepare(leaf, { isToBeWritten: true });
  assert.ok(leafPath.endsWith(leaf.volumeId));
  await storage.images.teardown(goldenId, leaf.imageId);
  await storage.domains.deactivate(goldenId, poolId);
  await storage.domains.detach(goldenId, poolId);
  assert.deepEqual(await checksum(domainPath), disks);
  assert.equal(parseDomainMetadata(readFileSync(metadataPath, "utf8")).poolIds.length, 0, "it belongs to nobody now");
  assert.deepEqual(await findings(), []);
});

/** Of disks and of what is said of them, with their times, their owners and their holes. */
async function checksum(domainPath: string): Promise<string> {
  await using directory = await temporaryDirectory();
  const packed = `${directory.path}/images.tar`;
  await runProgram("tar", ["-cSf", packed, "-C", domainPath, "images"]);
  return createHash("sha256")
    .update(await readFile(packed))
    .digest("hex");
}

/** Names, sizes and times of change. */
async function listing(path: string): Promise<string> {
  const { stdout } = await runProgram("find", [path, "-type", "f", "-printf", "%P %s %T@\n"]);
  return stdout.split("\n").sort().join("\n");
}
