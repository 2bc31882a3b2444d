/** A domain of a pool that nobody serves any more is freed without an SPM, for a pool that begins with it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { newId, type StorageDomainId } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";
import {
  type DomainMetadata,
  defaultLeaseParameters,
  formatDomainMetadata,
  parseDomainMetadata,
} from "@yagura/storage-format";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { becomeSpm, domainId, poolId, storageWorld } from "../../../test/storage-world.ts";
import type { PoolId } from "../contract/spm-order.ts";

const oldId = newId<StorageDomainId>();
const [formerPool, newPool] = [newId<PoolId>(), newId<PoolId>()];

const old: DomainMetadata = {
  domainId: oldId,
  version: 5,
  type: "NFS",
  class: "Data",
  role: "Master",
  masterVersion: 9,
  description: "of old",
  poolIds: [formerPool],
  remotePath: "nas:/old",
  blockSizeBytes: 512,
  alignmentBytes: 1024 * 1024,
  lease: defaultLeaseParameters,
  lockPolicy: "",
  foreign: new Map([["LOGBLKSIZE", "512"]]),
};

/** What a real daemon wrote: host 1 is a member. */
const captures = new URL("../../../../../packages/storage-format/fixtures/sanlock-records.json", import.meta.url);
const lockspace = Buffer.from(
  (JSON.parse(readFileSync(captures, "utf8")) as { lockspace: string }).lockspace,
  "base64",
);

async function withOldDomain(metadata: DomainMetadata = old) {
  const clock = new FakeClock();
  const world = await storageWorld({ clock });
  const control = `${world.path}/old/${oldId}/dom_md`;
  await mkdir(control, { recursive: true });
  await mkdir(`${world.path}/old/${oldId}/images`);
  const write = (next: DomainMetadata) => writeFile(`${control}/metadata`, formatDomainMetadata(next));
  await write(metadata);
  await world.storage.connections.connect([{ connectionId: "old", type: "LOCALFS", path: `${world.path}/old` }]);
  return {
    world,
    clock,
    write,
    writeIds: (bytes: Buffer) => writeFile(`${control}/ids`, bytes),
    read: async () => parseDomainMetadata(await readFile(`${control}/metadata`, "utf8")),
    free: (pool = newPool) => world.storage.domains.detach(oldId, pool, { isForced: true }),
    /** Called as soon as it was asked for. */
    untilItWaits() {
      const others = clock.sleeping;
      return poll("the wait for signs of life", () => clock.sleeping > others, { timeoutMs: 5000, everyMs: 5 });
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

test("a domain on which nobody is a member any more is freed at once, and a pool begins with it", async () => {
  await using domain = await withOldDomain();
  await domain.free();
  const { masterVersion: _, ...rest } = old;
  assert.deepEqual(await domain.read(), { ...rest, poolIds: [], role: "Regular" });
  await domain.free();
  const pool = { poolId: newPool, name: "p", masterDomainId: oldId, masterVersion: 1, domainIds: [oldId] };
  await domain.world.storage.pools.create(pool);
  assert.deepEqual((await domain.read()).poolIds, [newPool]);
  await assert.rejects(domain.free(), { code: 309 }, "a domain of the pool itself is its SPM's");
});

test("hosts that never left and are dead are waited for; one that lives is not robbed", async () => {
  await using domain = await withOldDomain();
  await domain.writeIds(lockspace);
  const freed = domain.free();
  await domain.untilItWaits();
  assert.deepEqual(await domain.read(), old, "nothing is written before it is known");
  await domain.clock.advance(30_000);
  await freed;
  assert.deepEqual((await domain.read()).poolIds, []);

  await domain.write(old);
  const refused = assert.rejects(domain.free(), { code: 380, message: /host 4 uses it/ });
  await domain.untilItWaits();
  await domain.writeIds(Buffer.concat([lockspace.subarray(0, 3 * 512), lockspace.subarray(0, 512)]));
  await domain.clock.advance(30_000);
  await refused;
  assert.deepEqual(await domain.read(), old);
});

test("one that was freed by somebody else meanwhile, and has a pool by now, is left alone", async () => {
  await using domain = await withOldDomain();
  await domain.writeIds(lockspace);
  const refused = assert.rejects(domain.free(), { code: 380, message: /joined pool .* meanwhile/ });
  await domain.untilItWaits();
  const joined = { ...old, poolIds: [newPool], masterVersion: 1 };
  await domain.write(joined);
  await domain.clock.advance(30_000);
  await refused;
  assert.deepEqual(await domain.read(), joined);
});

test("what a pool of this host uses is not freed for another one", async () => {
  await using domain = await withOldDomain();
  const { storage, storagePath } = domain.world;
  await becomeSpm(storage, storagePath);
  await assert.rejects(storage.domains.detach(domainId, newPool, { isForced: true }), {
    code: 380,
    message: new RegExp(poolId),
  });
});

test("without force, a pool that is not connected is none", async () => {
  await using domain = await withOldDomain();
  await assert.rejects(domain.world.storage.domains.detach(oldId, newPool), { code: 309 });
});
