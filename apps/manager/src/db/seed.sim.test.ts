import assert from "node:assert/strict";
import { test } from "node:test";
import { ids, populate } from "../rest/inventory.fixture.ts";
import { restWorld } from "../rest/rest-world.fixture.ts";
import { listProfiles } from "./queries/profiles.ts";
import { listQuotas } from "./queries/quotas.ts";
import { seedDatabase } from "./seed.ts";

test("what is older than quotas and profiles gets them at the next start, once", async () => {
  await using world = await restWorld();
  await populate(world);
  const { db } = world.services;
  const state = async () => ({
    cpu: (await listProfiles(db, "cpu")).map(({ name, ownerId }) => [name, ownerId]),
    disk: (await listProfiles(db, "disk")).map(({ name, ownerId }) => [name, ownerId]),
    quotas: (await listQuotas(db)).map(({ name, dataCenterId }) => [name, dataCenterId]),
  });
  for (const table of ["cpuProfiles", "diskProfiles"] as const) await db.deleteFrom(table).execute();
  await db.deleteFrom("quotas").where("isDefault", "=", 1).execute();
  for (let start = 1; start <= 2; start++) {
    await seedDatabase(db);
    assert.deepEqual(await state(), {
      cpu: [["Default", ids.cluster]],
      disk: [["local", ids.storageDomain]],
      quotas: [
        ["Default", ids.dataCenter],
        ["team", ids.dataCenter],
      ],
    });
  }
});
