import { newId } from "@yagura/std/ids.ts";
import type { MacPoolId } from "../domain/data-center/data-center.ts";
import { predefinedInstanceTypes } from "../domain/instance-type/instance-type.ts";
import { firstProfile, type Profile } from "../domain/profile/profile.ts";
import { defaultQuota } from "../domain/quota/quota.ts";
import { rootTagId } from "../domain/tag/tag.ts";
import { blankTemplateId } from "../domain/template/template.ts";
import { predefinedRoles } from "../domain/user/predefined-roles.ts";
import { defaultNamespace, everyoneGroupId, type Group } from "../domain/user/user.ts";
import { hardwareDefaults } from "../domain/vm/vm-hardware.ts";
import type { Db, Tx } from "./database.ts";
import { listClusters } from "./queries/clusters.ts";
import { listDataCenters } from "./queries/data-centers.ts";
import { ensureGroup } from "./queries/groups.ts";
import { listInstanceTypes, putInstanceType } from "./queries/instance-types.ts";
import { insertMacPool, listMacPools } from "./queries/mac-pools.ts";
import { ensureProfile, listProfiles } from "./queries/profiles.ts";
import { insertQuota, listQuotas } from "./queries/quotas.ts";
import { putRole } from "./queries/roles.ts";
import { listStorageDomains } from "./queries/storage-domains.ts";
import { ensureTag } from "./queries/tags.ts";
import { ensureTemplate } from "./queries/templates.ts";
import { transaction } from "./transaction.ts";

/** oVirt's id of it. */
export const defaultMacPoolId = "58ca604b-017d-0374-0220-00000000014e" as MacPoolId;

const everyone: Group = {
  id: everyoneGroupId,
  name: "Everyone",
  domain: "",
  namespace: defaultNamespace,
  externalId: everyoneGroupId,
};

/** What every Manager has from its first minute on. May run at every start. */
export async function seedDatabase(db: Db): Promise<void> {
  await transaction(db, async (tx) => {
    for (const role of predefinedRoles) await putRole(tx, role);
    await ensureGroup(tx, everyone);
    if ((await listMacPools(tx)).length === 0) {
      await insertMacPool(tx, {
        id: defaultMacPoolId,
        name: "Default",
        description: "Default MAC pool",
        isDefault: true,
        allowsDuplicates: false,
        ranges: [{ from: "56:6f:1a:1a:00:00", to: "56:6f:1a:1a:ff:ff" }],
      });
    }
    if ((await listInstanceTypes(tx)).length === 0) {
      for (const type of predefinedInstanceTypes) await putInstanceType(tx, type);
    }
    await addWhatIsNew(tx);
    await ensureTag(tx, { id: rootTagId, name: "root", description: "root" });
    await ensureTemplate(tx, {
      id: blankTemplateId,
      name: "Blank",
      description: "Blank template",
      comment: "",
      status: "ok",
      type: "server",
      hardware: hardwareDefaults,
      isDeleteProtected: true,
      // 2008-04-01, as oVirt's own has it: the same on every installation.
      createdAtMs: Date.UTC(2008, 3, 1),
    });
  });
}

/** What data centers, clusters and storage domains have from the beginning, for those that are older than it. */
async function addWhatIsNew(tx: Tx): Promise<void> {
  const withQuota = new Set(
    (await listQuotas(tx)).filter(({ isDefault }) => isDefault).map((each) => each.dataCenterId),
  );
  for (const { id } of await listDataCenters(tx)) {
    if (!withQuota.has(id)) await insertQuota(tx, defaultQuota(newId(), id));
  }
  const withProfile = (profiles: readonly Profile[]) => new Set(profiles.map(({ ownerId }) => ownerId));
  const [cpu, disk] = [withProfile(await listProfiles(tx, "cpu")), withProfile(await listProfiles(tx, "disk"))];
  for (const cluster of await listClusters(tx)) {
    if (!cpu.has(cluster.id)) await ensureProfile(tx, firstProfile("cpu", cluster));
  }
  for (const domain of await listStorageDomains(tx)) {
    if (!disk.has(domain.id)) await ensureProfile(tx, firstProfile("disk", domain));
  }
}
