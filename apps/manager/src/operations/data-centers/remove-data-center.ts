import type { DataCenterId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { listClusters } from "../../db/queries/clusters.ts";
import { deleteDataCenter, getDataCenter } from "../../db/queries/data-centers.ts";
import { deleteNetwork, listNetworks } from "../../db/queries/networks.ts";
import { deletePermissionsOn } from "../../db/queries/permissions.ts";
import { deleteQos, listQoss } from "../../db/queries/qoss.ts";
import { deleteQuota, listQuotas } from "../../db/queries/quotas.ts";
import { listStorageDomains } from "../../db/queries/storage-domains.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot remove Data Center.";

/** Only an empty one: nothing is removed with it but its networks. */
export async function removeDataCenter(context: OpContext, dataCenterId: DataCenterId): Promise<void> {
  await context.authorize("delete_storage_pool", { type: "data_center", id: dataCenterId });
  await transaction(context.db, async (tx) => {
    const dataCenter = await getDataCenter(tx, dataCenterId);
    const [clusters, domains] = [
      await listClusters(tx, { dataCenterId }),
      await listStorageDomains(tx, { dataCenterId }),
    ];
    refuseIf(attempt, [
      ...(clusters.length > 0 ? ["The Data Center contains one or more Clusters."] : []),
      ...(domains.length > 0 ? ["There are Storage Domains attached to the Data Center."] : []),
    ]);
    for (const network of await listNetworks(tx, { dataCenterId })) await deleteNetwork(tx, network.id);
    for (const { id } of await listQuotas(tx, { dataCenterId })) await deleteQuota(tx, id);
    for (const { id } of await listQoss(tx, { dataCenterId })) await deleteQos(tx, id);
    await deletePermissionsOn(tx, { type: "data_center", id: dataCenterId });
    await deleteDataCenter(tx, dataCenterId);
    await announce(tx, context.clock, {
      name: "dataCenterRemoved",
      ...byActor(context),
      dataCenter: subject(dataCenter),
    });
  });
}
