import type { DataCenterId, Id, NetworkId } from "@yagura/std/ids.ts";
import type { Tx } from "../db/database.ts";
import { insertNetwork } from "../db/queries/networks.ts";
import { insertQos } from "../db/queries/qoss.ts";

/** Ids of what limits the use of networks, CPUs and storage. */
export const limitIds = {
  looseNetwork: "99999999-0000-4000-8000-000000000102" as NetworkId,
  filterParameter: "99999999-0000-4000-8000-000000000103" as Id<"filter-parameter">,
  qos: "99999999-0000-4000-8000-000000000101" as Id<"qos">,
};

/** One limit of each kind. */
export async function populateLimits(tx: Tx, { dataCenter }: { readonly dataCenter: DataCenterId }): Promise<void> {
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
  await insertQos(tx, {
    id: limitIds.qos,
    name: "gold",
    description: "",
    dataCenterId: dataCenter,
    type: "network",
    limits: { inboundAverage: 10, inboundPeak: 20, inboundBurst: 100 },
  });
}
