import type { ClusterId, DataCenterId, Id, NetworkId, StorageDomainId } from "@yagura/std/ids.ts";
import type { Tx } from "../db/database.ts";
import { insertNetwork } from "../db/queries/networks.ts";
import { insertQos } from "../db/queries/qoss.ts";
import { insertClusterLimit, insertStorageLimit } from "../db/queries/quota-limits.ts";
import { insertQuota } from "../db/queries/quotas.ts";
import { quotaDefaults } from "../domain/quota/quota.ts";

/** Ids of what limits the use of networks, CPUs and storage. */
export const limitIds = {
  looseNetwork: "99999999-0000-4000-8000-000000000102" as NetworkId,
  filterParameter: "99999999-0000-4000-8000-000000000103" as Id<"filter-parameter">,
  quota: "99999999-0000-4000-8000-000000000104" as Id<"quota">,
  quotaClusterLimit: "99999999-0000-4000-8000-000000000105" as Id<"quota-limit">,
  quotaStorageLimit: "99999999-0000-4000-8000-000000000106" as Id<"quota-limit">,
  qos: "99999999-0000-4000-8000-000000000101" as Id<"qos">,
};

/** One limit of each kind. */
export async function populateLimits(
  tx: Tx,
  {
    dataCenter,
    cluster,
    storageDomain,
  }: {
    readonly dataCenter: DataCenterId;
    readonly cluster: ClusterId;
    readonly storageDomain: StorageDomainId;
  },
): Promise<void> {
  await insertNetwork(tx, {
    id: limitIds.looseNetwork,
    name: "loose",
    vdsmName: "loose",
    description: "",
    comment: "",
    dataCenterId: dataCenter,
    mtuBytes: 0,
    isVmNetwork: true,
    hasStp: false,
    isPortIsolated: false,
    nameServers: [],
    label: "rack1",
  });
  const { quota: quotaId, quotaClusterLimit, quotaStorageLimit } = limitIds;
  await insertQuota(tx, { ...quotaDefaults, id: quotaId, name: "team", dataCenterId: dataCenter, isDefault: false });
  await insertClusterLimit(tx, { id: quotaClusterLimit, quotaId, clusterId: cluster, vcpuLimit: 8 });
  await insertStorageLimit(tx, { id: quotaStorageLimit, quotaId, storageDomainId: storageDomain });
  await insertQos(tx, {
    id: limitIds.qos,
    name: "gold",
    description: "",
    dataCenterId: dataCenter,
    type: "network",
    limits: { inboundAverage: 10, inboundPeak: 20, inboundBurst: 100 },
  });
}
