import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type ClusterId, type DataCenterId, type Id, type NicId, newId, type VmId } from "@yagura/std/ids.ts";
import { type Postgres, startPostgres, whyNoPostgres } from "@yagura/testing/postgres.ts";
import { firstProfile } from "../../domain/profile/profile.ts";
import type { QosId } from "../../domain/qos/qos.ts";
import { defaultQuota, type QuotaId } from "../../domain/quota/quota.ts";
import { blankTemplateId } from "../../domain/template/template.ts";
import { hardwareDefaults } from "../../domain/vm/vm-hardware.ts";
import type { Tx } from "../database.ts";
import { openDatabase } from "../open-database.ts";
import { defaultMacPoolId, seedDatabase } from "../seed.ts";
import { transaction } from "../transaction.ts";
import { deleteCluster, getCluster, insertCluster } from "./clusters.ts";
import { getDataCenter, insertDataCenter } from "./data-centers.ts";
import { getMacPool, updateMacPool } from "./mac-pools.ts";
import { ensureNic, listDuplicateMacs } from "./nics.ts";
import { listProfiles, updateProfile } from "./profiles.ts";
import { deleteQos, insertQos, listQoss } from "./qoss.ts";
import { insertClusterLimit, listClusterLimits } from "./quota-limits.ts";
import { insertQuota, listQuotas } from "./quotas.ts";
import { ensureVm } from "./vms.ts";

const whyNot = await whyNoPostgres();
const dataCenterId = newId<DataCenterId>();
const clusterId = newId<ClusterId>();
const common = { description: "", comment: "", compatibilityVersion: "4.7" };
const manyBytes = 2 ** 45;

for (const kind of ["sqlite", "postgres"] as const) {
  describe(`what limits the use of things, on ${kind}`, { skip: kind === "postgres" && whyNot }, () => {
    let postgres: Postgres | undefined;
    before(async () => {
      postgres = kind === "postgres" ? await startPostgres() : undefined;
    });
    after(() => postgres?.[Symbol.asyncDispose]());

    async function inTransaction(work: (tx: Tx) => Promise<void>): Promise<void> {
      const at = postgres && { kind: "postgres" as const, url: await postgres.createDatabase() };
      const db = await openDatabase(at ?? { kind: "sqlite", path: ":memory:" });
      try {
        await seedDatabase(db);
        await transaction(db, async (tx) => {
          await addCluster(tx);
          await work(tx);
        });
      } finally {
        await db.destroy();
      }
    }

    test("a cluster comes with a profile, and goes with its profiles and limits", () =>
      inTransaction(async (tx) => {
        const cluster = await getCluster(tx, clusterId);
        assert.equal(cluster.macPoolId, defaultMacPoolId);
        assert.deepEqual(await listProfiles(tx, "cpu", { ownerId: clusterId }), [firstProfile("cpu", cluster)]);
        const quotaId = newId<QuotaId>();
        await insertQuota(tx, { ...defaultQuota(quotaId, dataCenterId), name: "other", isDefault: false });
        const limit = { id: newId<Id<"quota-limit">>(), quotaId, clusterId, memoryLimitBytes: manyBytes };
        await insertClusterLimit(tx, limit);
        assert.deepEqual(await listClusterLimits(tx, quotaId), [limit]);
        await deleteCluster(tx, clusterId);
        assert.deepEqual(await listClusterLimits(tx, quotaId), []);
        assert.deepEqual(await listProfiles(tx, "cpu"), []);
        assert.deepEqual(
          (await listQuotas(tx, { dataCenterId })).map(({ name }) => name),
          ["other"],
        );
      }));

    test("what a removed QoS limited is unlimited", () =>
      inTransaction(async (tx) => {
        const qos = { id: newId<QosId>(), name: "half", description: "", dataCenterId, type: "cpu" as const };
        await insertQos(tx, { ...qos, limits: { cpuLimit: 50 } });
        const [profile] = await listProfiles(tx, "cpu", { ownerId: clusterId });
        assert.ok(profile !== undefined);
        await updateProfile(tx, profile, { qosId: qos.id });
        assert.deepEqual((await listProfiles(tx, "cpu"))[0]?.qosId, qos.id);
        await deleteQos(tx, qos.id);
        assert.deepEqual([await listQoss(tx), await listProfiles(tx, "cpu")], [[], [profile]]);
      }));

    test("addresses that two NICs have are found", () =>
      inTransaction(async (tx) => {
        await updateMacPool(tx, defaultMacPoolId, { allowsDuplicates: true });
        assert.equal((await getMacPool(tx, defaultMacPoolId)).allowsDuplicates, true);
        const vmId = newId<VmId>();
        await ensureVm(tx, {
          description: "",
          comment: "",
          id: vmId,
          name: "v",
          clusterId,
          templateId: blankTemplateId,
          type: "server",
          hardware: hardwareDefaults,
          isDeleteProtected: false,
          createdAtMs: 0,
          run: { status: "down", displays: [] },
        });
        const nic = { interface: "virtio" as const, isLinked: true, isPlugged: true, owner: { vmId } };
        const add = (name: string, macAddress: string) =>
          ensureNic(tx, { ...nic, id: newId<NicId>(), name, macAddress });
        await add("a", "56:6f:1a:1a:00:01");
        await add("b", "56:6f:1a:1a:00:02");
        assert.deepEqual(await listDuplicateMacs(tx, defaultMacPoolId), []);
        await add("c", "56:6f:1a:1a:00:01");
        assert.deepEqual(await listDuplicateMacs(tx, defaultMacPoolId), ["56:6f:1a:1a:00:01"]);
      }));
  });
}

async function addCluster(tx: Tx): Promise<void> {
  await insertDataCenter(tx, {
    ...common,
    id: dataCenterId,
    name: "d",
    isLocal: false,
    status: "uninitialized",
    macPoolId: defaultMacPoolId,
    masterVersion: 0,
    quotaMode: "audit",
  });
  assert.equal((await getDataCenter(tx, dataCenterId)).quotaMode, "audit");
  await insertCluster(tx, {
    ...common,
    id: clusterId,
    name: "c",
    dataCenterId,
    architecture: "x86_64",
    cpuType: "",
    biosType: "q35_sea_bios",
    macPoolId: defaultMacPoolId,
  });
}
