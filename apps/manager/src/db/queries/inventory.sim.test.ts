import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type ClusterId, type DataCenterId, type HostId, newId, type VmId } from "@yagura/std/ids.ts";
import { type Postgres, startPostgres, whyNoPostgres } from "@yagura/testing/postgres.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { type AffinityGroup, affinityGroupDefaults } from "../../domain/affinity/affinity-group.ts";
import { predefinedInstanceTypes } from "../../domain/instance-type/instance-type.ts";
import { rootTagId, type Tag, type TagId } from "../../domain/tag/tag.ts";
import type { Db } from "../database.ts";
import { openDatabase } from "../open-database.ts";
import { seedDatabase } from "../seed.ts";
import { transaction } from "../transaction.ts";
import { getAffinityGroup, putAffinityGroup } from "./affinity-groups.ts";
import { deleteAffinityLabel, getAffinityLabel, insertAffinityLabel } from "./affinity-labels.ts";
import { insertCluster } from "./clusters.ts";
import { insertDataCenter } from "./data-centers.ts";
import { deleteUnusedIcons, ensureIcon, listIcons } from "./icons.ts";
import { getInstanceType, putInstanceType } from "./instance-types.ts";
import { listMacPools } from "./mac-pools.ts";
import { deleteMarksOf } from "./marks.ts";
import { ensureTag, ensureTagAssignment, listTags, listTagsOf } from "./tags.ts";

// What SQLite and PostgreSQL must do alike with tags, affinity, icons and instance types.

const whyNot = await whyNoPostgres();

for (const kind of ["sqlite", "postgres"] as const) {
  describe(`the inventory in ${kind}`, { skip: kind === "postgres" && whyNot }, () => {
    let postgres: Postgres | undefined;
    before(async () => {
      postgres = kind === "postgres" ? await startPostgres() : undefined;
    });
    after(() => postgres?.[Symbol.asyncDispose]());

    async function withDatabase(work: (db: Db) => Promise<void>): Promise<void> {
      await using directory = await temporaryDirectory();
      const db = await openDatabase(
        postgres === undefined
          ? { kind: "sqlite", path: join(directory.path, "x.db") }
          : { kind: "postgres", url: await postgres.createDatabase() },
      );
      try {
        await seedDatabase(db);
        await work(db);
      } finally {
        await db.destroy();
      }
    }

    test("gives back tags, and forgets whose they were", () =>
      withDatabase(async (db) => {
        const tag: Tag = { id: newId<TagId>(), name: "web", description: "d", parentId: rootTagId };
        const vm = { type: "vm", id: newId<VmId>() } as const;
        await transaction(db, async (tx) => {
          await ensureTag(tx, tag);
          await ensureTag(tx, tag);
          await ensureTagAssignment(tx, tag.id, vm);
          await ensureTagAssignment(tx, tag.id, vm);
        });
        assert.deepEqual(await listTagsOf(db, vm), [tag]);
        await transaction(db, (tx) => deleteMarksOf(tx, vm));
        assert.deepEqual(await listTagsOf(db, vm), []);
        assert.deepEqual(
          (await listTags(db)).map(({ name }) => name),
          ["root", "web"],
        );
      }));

    test("gives back an affinity group as it was put, also with a priority that is no integer, and without a label that is gone", () =>
      withDatabase(async (db) => {
        const clusterId = await addCluster(db);
        const [vmId, hostId] = [newId<VmId>(), newId<HostId>()];
        const label = {
          id: newId<AffinityGroup["members"]["vmLabelIds"][number]>(),
          name: "l",
          vmIds: [vmId],
          hostIds: [hostId],
        };
        const group: AffinityGroup = {
          ...affinityGroupDefaults,
          id: newId<AffinityGroup["id"]>(),
          name: "g",
          description: "",
          clusterId,
          priority: 2.25,
          vmsRule: { polarity: "negative", isEnforcing: true },
          members: { vmIds: [vmId], hostIds: [hostId], vmLabelIds: [label.id], hostLabelIds: [label.id] },
        };
        await transaction(db, async (tx) => {
          await insertAffinityLabel(tx, label);
          await putAffinityGroup(tx, { ...group, name: "before" });
          await putAffinityGroup(tx, group);
        });
        assert.deepEqual(await getAffinityLabel(db, label.id), label);
        assert.deepEqual(await getAffinityGroup(db, group.id), group);
        await transaction(db, async (tx) => {
          await deleteAffinityLabel(tx, label.id);
          await deleteMarksOf(tx, { type: "vm", id: vmId });
        });
        const { members } = await getAffinityGroup(db, group.id);
        assert.deepEqual(members, { vmIds: [], hostIds: [hostId], vmLabelIds: [], hostLabelIds: [] });
      }));

    test("keeps a picture once, and not when nothing has it", () =>
      withDatabase(async (db) => {
        const count = (await listIcons(db)).length;
        const picture = { mediaType: "image/png", data: "AAAA" };
        const [one, two] = await transaction(db, async (tx) => [
          await ensureIcon(tx, picture),
          await ensureIcon(tx, picture),
        ]);
        assert.equal(one, two);
        assert.equal((await listIcons(db)).length, count + 1);
        await transaction(db, deleteUnusedIcons);
        assert.equal((await listIcons(db)).length, count);
      }));

    test("gives back an instance type as it was put", () =>
      withDatabase(async (db) => {
        const [tiny] = predefinedInstanceTypes;
        assert.ok(tiny);
        assert.deepEqual(await getInstanceType(db, tiny.id), tiny);
        const changed = { ...tiny, comment: "new" };
        await transaction(db, (tx) => putInstanceType(tx, changed));
        assert.deepEqual(await getInstanceType(db, tiny.id), changed);
      }));
  });
}

async function addCluster(db: Db): Promise<ClusterId> {
  const [clusterId, dataCenterId] = [newId<ClusterId>(), newId<DataCenterId>()];
  const [macPool] = await listMacPools(db);
  assert.ok(macPool);
  const texts = { description: "", comment: "", compatibilityVersion: "4.7" };
  await transaction(db, async (tx) => {
    await insertDataCenter(tx, {
      ...texts,
      id: dataCenterId,
      name: "dc",
      isLocal: false,
      status: "uninitialized",
      macPoolId: macPool.id,
      masterVersion: 0,
      ioTimeoutSeconds: 10,
    });
    await insertCluster(tx, {
      ...texts,
      id: clusterId,
      name: "c",
      dataCenterId,
      architecture: "x86_64",
      cpuType: "",
      macPoolId: macPool.id,
      biosType: "q35_sea_bios",
    });
  });
  return clusterId;
}
