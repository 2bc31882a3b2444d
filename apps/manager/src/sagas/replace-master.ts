import type { DataCenterId, StorageDomainId } from "@yagura/std/ids.ts";
import { getDataCenter } from "../db/queries/data-centers.ts";
import { getStorageDomain, listStorageDomains } from "../db/queries/storage-domains.ts";
import { announce } from "../events/announce.ts";
import type { SagaDeps } from "./deps.ts";
import { saga } from "./engine/saga.ts";
import { replaceLostMaster } from "./move-master.ts";
import { tellHosts } from "./pool-hosts.ts";

export interface ReplaceMaster {
  /** The master that no host can read. */
  readonly domainId: StorageDomainId;
  readonly dataCenterId: DataCenterId;
}

/** Gives the role of a master that is lost to a domain that can be read; the lost one stays in use, for when it comes back. */
export const replaceMaster = saga<ReplaceMaster, SagaDeps>(
  "replace-master",
  {
    "make another domain the master": { run: (input) => replaceLostMaster(input, input.params) },
    "tell the hosts": { run: (input) => tellHosts(input, input.params.dataCenterId) },
  },
  async (tx, { params, deps, correlationId, outcome }) => {
    deps.wake("connect-storage");
    const [lost, dataCenter] = [
      await getStorageDomain(tx, params.domainId),
      await getDataCenter(tx, params.dataCenterId),
    ];
    const master = (await listStorageDomains(tx, { dataCenterId: dataCenter.id })).find(({ isMaster }) => isMaster);
    const about = { correlationId, dataCenter: { id: dataCenter.id, name: dataCenter.name } };
    await announce(
      tx,
      deps.clock,
      outcome.outcome === "succeeded" && master !== undefined
        ? { name: "masterReplaced", ...about, storageDomain: { id: master.id, name: master.name } }
        : {
            name: "masterReplacementFailed",
            ...about,
            storageDomain: { id: lost.id, name: lost.name },
            details: { reason: outcome.outcome === "succeeded" ? "" : outcome.error },
          },
    );
  },
);
