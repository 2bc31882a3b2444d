import assert from "node:assert/strict";
import { mkdir, truncate, writeFile } from "node:fs/promises";
import { describe, test } from "node:test";
import type { LeasePlace, StoredLease } from "@yagura/sanlock";
import { newId, parseId, type StorageDomainId } from "@yagura/std/ids.ts";
import { MiB } from "@yagura/std/units.ts";
import {
  defaultLeaseParameters,
  encodeEmptyLeaseIndex,
  encodeLeaseIndexHead,
  formatDomainMetadata,
  type LeaseRecord,
} from "@yagura/storage-format";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { rootCallsInProcess } from "../../root/in-process.ts";
import type { ExternalLeaseId, ExternalLeaseKey } from "../contract/external-leases.ts";
import { fileDomain } from "../domains/file-domain.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { openStorageFiles, type StorageFiles } from "../files/storage-files.ts";
import type { Intent, Settled } from "../tasks/intent.ts";
import { createLease, settleLeaseCreation } from "./create-lease.ts";
import { decideLeaseRepair } from "./decide-lease-repair.ts";
import { deleteLease, settleLeaseDeletion } from "./delete-lease.ts";
import { type LeaseStore, readLeaseIndex } from "./lease-index-file.ts";
import { findLeasePlace, readLeaseStatus } from "./read-lease.ts";
import { rebuildLeases, settleLeaseRebuilding } from "./rebuild-leases.ts";

const domainId = parseId<StorageDomainId>("75f8a1bb-4504-4314-91ca-d9365a30692b");
const SLOTS = 4;
const nowSeconds = 1_700_000_000;

class Died extends Error {}

/** Files and a sanlock of one process, which can be made to die before any of their effects. */
interface World {
  readonly domain: StorageDomain;
  readonly files: StorageFiles;
  readonly sanlock: LeaseStore;
}

interface Shared extends AsyncDisposable {
  readonly stored: Map<number, string>;
  readonly owners: Map<number, readonly { readonly hostId: number; readonly generation: number }[]>;
  begin(effectsMax?: number): World;
}

async function sharedDomain(): Promise<Shared> {
  const directory = await temporaryDirectory();
  const path = `${directory.path}/${domainId}`;
  const real = openStorageFiles(rootCallsInProcess(false));
  await mkdir(`${path}/dom_md`, { recursive: true });
  const metadata = formatDomainMetadata({
    domainId,
    version: 5,
    type: "NFS",
    class: "Data",
    role: "Regular",
    description: "",
    poolIds: [],
    remotePath: "",
    blockSizeBytes: 512,
    alignmentBytes: MiB,
    lease: defaultLeaseParameters,
    lockPolicy: "",
    foreign: new Map(),
  });
  await writeFile(`${path}/dom_md/metadata`, metadata);
  const leases = `${path}/dom_md/xleases`;
  await writeFile(leases, "");
  await truncate(leases, (3 + SLOTS) * MiB);
  const head = { lockspace: domainId, modifiedSeconds: 1, isUpdating: false };
  await real.writeBytes(leases, MiB, encodeEmptyLeaseIndex(head));
  const stored = new Map<number, string>();
  const owners: Shared["owners"] = new Map();
  return {
    stored,
    owners,
    begin(effectsMax = Number.POSITIVE_INFINITY) {
      let left = effectsMax;
      const spend = (): void => {
        if (left-- <= 0) throw new Died("the process died before this");
      };
      const files: StorageFiles = {
        ...real,
        async writeBytes(...args) {
          spend();
          await real.writeBytes(...args);
        },
      };
      return { domain: fileDomain(domainId, path, files), files, sanlock: fakeStore({ stored, owners, spend }) };
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

function fakeStore({ stored, owners, spend }: Pick<Shared, "stored" | "owners"> & { spend(): void }): LeaseStore {
  const geometry = { sectorBytes: 512, alignmentBytes: MiB } as const;
  const leaseAt = (offsetBytes: number): StoredLease | undefined => {
    const name = stored.get(offsetBytes);
    if (name === undefined) return undefined;
    return { lockspace: domainId, name, version: 7, isShared: false, geometry };
  };
  return {
    async writeLease({ name, offsetBytes }: LeasePlace) {
      spend();
      stored.set(offsetBytes, name);
    },
    async clearLease({ offsetBytes }) {
      spend();
      stored.delete(offsetBytes);
    },
    readLease: async ({ offsetBytes }) => leaseAt(offsetBytes),
    async readLeaseOwners({ offsetBytes }) {
      const lease = leaseAt(offsetBytes);
      assert.ok(lease !== undefined);
      return { lease, owners: owners.get(offsetBytes) ?? [] };
    },
    listHosts: async () => ({
      known: true,
      hosts: [
        { hostId: 1, generation: 3, status: "live" },
        { hostId: 2, generation: 1, status: "dead" },
      ] as never,
    }),
  };
}

/** A task that remembers what it intended. */
function task(): { readonly intents: Intent[]; readonly signal: AbortSignal; intend(intent: Intent): Promise<void> } {
  const intents: Intent[] = [];
  return { intents, signal: new AbortController().signal, intend: async (intent) => void intents.push(intent) };
}

function settle(intent: Intent, world: World): Promise<Settled> {
  if (intent.kind === "create-lease") return settleLeaseCreation(world.domain, intent, world);
  if (intent.kind === "delete-lease") return settleLeaseDeletion(world.domain, intent, world);
  assert.equal(intent.kind, "rebuild-leases");
  const signal = new AbortController().signal;
  return settleLeaseRebuilding(world.domain, intent, { ...world, nowSeconds }, signal);
}

/** Records and leases, side by side. */
async function look({ stored, begin }: Shared): Promise<readonly (readonly [LeaseRecord["is"], string | undefined])[]> {
  const world = begin();
  const { index, isUpdating } = await readLeaseIndex(world.domain, world, { allowsUpdating: true }).then((file) => ({
    index: file.index,
    isUpdating: file.index.isUpdating,
  }));
  assert.equal(isUpdating, false);
  return index.records.slice(0, SLOTS).map(({ is }, number) => [is, stored.get((3 + number) * MiB)] as const);
}

const newKey = (): ExternalLeaseKey => ({ domainId, leaseId: newId<ExternalLeaseId>() });

describe("external leases", () => {
  test("a lease is where the index says, until it is deleted", async () => {
    await using shared = await sharedDomain();
    const world = shared.begin();
    const [first, second] = [newKey(), newKey()];
    for (const key of [first, second, first]) await createLease(world.domain, key, world, task());
    const { offsetBytes, name } = await findLeasePlace(world.domain, second, world);
    assert.deepEqual([offsetBytes, name], [4 * MiB, second.leaseId]);
    assert.deepEqual(await readLeaseStatus(world.domain, second, world), { hostNumbers: [], version: 7 });
    await deleteLease(world.domain, first, world, task());
    await assert.rejects(findLeasePlace(world.domain, first, world), { code: 936 });
    await assert.rejects(deleteLease(world.domain, first, world, task()), { code: 936 });
    assert.deepEqual(await look(shared), [
      ["free", undefined],
      ["used", second.leaseId],
      ["free", undefined],
      ["free", undefined],
    ]);
  });

  test("a lease that a living host holds stays, one of a dead host may go", async () => {
    await using shared = await sharedDomain();
    const world = shared.begin();
    const key = newKey();
    await createLease(world.domain, key, world, task());
    shared.owners.set(3 * MiB, [{ hostId: 1, generation: 3 }]);
    assert.deepEqual((await readLeaseStatus(world.domain, key, world)).hostNumbers, [1]);
    await assert.rejects(deleteLease(world.domain, key, world, task()), { code: 651 });
    shared.owners.set(3 * MiB, [{ hostId: 2, generation: 1 }]);
    await deleteLease(world.domain, key, world, task());
    assert.equal(shared.stored.size, 0);
  });

  test("the file becomes longer with its leases", async () => {
    await using shared = await sharedDomain();
    const world = shared.begin();
    const keys = Array.from({ length: SLOTS + 2 }, newKey);
    for (const key of keys) await createLease(world.domain, key, world, task());
    const { offsetBytes } = await findLeasePlace(world.domain, keys.at(-1) ?? newKey(), world);
    assert.equal(offsetBytes, (3 + SLOTS + 1) * MiB);
  });

  for (const operation of ["create", "delete", "rebuild"] as const) {
    test(`${operation}: record and lease agree wherever the process dies`, async () => {
      let effects = 0;
      for (; ; effects++) {
        await using shared = await sharedDomain();
        const [kept, key] = [newKey(), newKey()];
        const before = shared.begin();
        await createLease(before.domain, kept, before, task());
        if (operation === "delete") await createLease(before.domain, key, before, task());
        // What a deletion of vdsm leaves, and a lease that got lost.
        if (operation === "rebuild") shared.stored.set(5 * MiB, "left-over").delete(3 * MiB);
        const mortal = shared.begin(effects);
        const { intents, ...running } = task();
        const act = (world: World): Promise<void> => {
          if (operation === "create") return createLease(world.domain, key, world, { ...running });
          if (operation === "delete") return deleteLease(world.domain, key, world, { ...running });
          return rebuildLeases(world.domain, { ...world, nowSeconds }, { ...running });
        };
        const hasDied = await act(mortal).then(
          () => false,
          (error: unknown) => {
            assert.ok(error instanceof Died || (error instanceof Error && error.cause instanceof Died));
            return true;
          },
        );
        const next = shared.begin();
        for (const intent of intents) {
          for (let time = 0; time < 2; time++) await settle(intent, next);
        }
        const found = await look(shared);
        // A rebuilding that had not marked the index yet has not begun.
        const settled = operation === "rebuild" && effects === 0 ? [] : found;
        for (const [is, lease] of settled) {
          assert.equal(is === "used", lease !== undefined, `after ${effects} effects: ${JSON.stringify(found)}`);
        }
        if (operation !== "rebuild") await findLeasePlace(next.domain, kept, next);
        if (!hasDied) break;
      }
      assert.ok(effects >= 2);
    });
  }

  test("an index that nobody finished rebuilding is not believed, and is rebuilt", async () => {
    await using shared = await sharedDomain();
    const world = shared.begin();
    const key = newKey();
    await createLease(world.domain, key, world, task());
    const head = encodeLeaseIndexHead({ lockspace: domainId, modifiedSeconds: 1, isUpdating: true });
    await world.files.writeBytes(world.domain.paths.externalLeases, MiB, head);
    await assert.rejects(findLeasePlace(world.domain, key, world), { code: 751 });
    await rebuildLeases(world.domain, { ...world, nowSeconds }, task());
    assert.equal((await findLeasePlace(world.domain, key, world)).offsetBytes, 3 * MiB);
  });
});

test("decideLeaseRepair ends with a record and a lease that agree, whatever there was", () => {
  const records: LeaseRecord[] = [
    { is: "free" },
    { is: "used", leaseId: "a" },
    { is: "half-made", leaseId: "a" },
    { is: "broken" },
  ];
  for (const record of records) {
    for (const storedId of [undefined, "a", "b"]) {
      for (const isElsewhere of [true, false]) {
        const step = decideLeaseRepair(record, storedId, isElsewhere);
        let [entered, stored] = [record.is === "used" ? record.leaseId : undefined, storedId];
        if (step.do === "write-lease") stored = step.leaseId;
        if (step.do === "write-record") entered = step.leaseId;
        if (step.do === "clear-lease" || step.do === "clear-both") stored = undefined;
        if (step.do === "clear-record" || step.do === "clear-both") entered = undefined;
        assert.equal(entered, stored);
        if (record.is === "used") assert.equal(entered, record.leaseId, "the index is right");
      }
    }
  }
});
