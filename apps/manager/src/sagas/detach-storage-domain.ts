import type { Tx } from "../db/database.ts";
import { updateDataCenter } from "../db/queries/data-centers.ts";
import { deleteDisk, listDisks } from "../db/queries/disks.ts";
import { getStorageDomain, updateStorageDomain } from "../db/queries/storage-domains.ts";
import { transaction } from "../db/transaction.ts";
import { announce } from "../events/announce.ts";
import { ensureDomainDetached } from "../hosts/host-domains.ts";
import { ensureNoPoolOnStorage } from "../hosts/host-pools.ts";
import { disconnectStorageServer } from "../hosts/host-storage-servers.ts";
import type { SagaDeps } from "./deps.ts";
import { saga } from "./engine/saga.ts";
import { onEachHost, tellHosts } from "./pool-hosts.ts";
import { aboutUse, type ChangeDomainUse, setDomainStatus, talkAndConnect } from "./storage-domain-use.ts";
import { getPool } from "./talk.ts";

/** Takes a domain in maintenance out of its data center. Its disks stay on it, and are not known any more. */
export const detachStorageDomain = saga<ChangeDomainUse, SagaDeps>("detach-storage-domain", {
  "mark the domain as leaving": {
    run: (input) => setDomainStatus(input, "locked"),
    undo: (input) => setDomainStatus(input, "maintenance"),
  },
  "take the domain out of the pool": {
    async run(input) {
      const { dataCenterId, isMaster } = input.params;
      const talk = await talkAndConnect(input);
      const pool = await getPool(input.deps.db, dataCenterId, talk.hostId);
      if (isMaster) await ensureNoPoolOnStorage(talk, pool);
      else await ensureDomainDetached(talk, input.params, pool);
    },
  },
  "mark the domain as unattached": {
    run: ({ params, deps, correlationId }) =>
      transaction(deps.db, async (tx) => {
        if ((await getStorageDomain(tx, params.domainId)).status !== "locked") return;
        const subjects = await aboutUse(tx, params, correlationId);
        await forgetDisks(tx, params);
        await updateStorageDomain(tx, params.domainId, { status: "unattached", dataCenterId: null, isMaster: false });
        if (params.isMaster) {
          await updateDataCenter(tx, params.dataCenterId, {
            status: "uninitialized",
            masterVersion: 0,
            spmHostId: null,
          });
        }
        await announce(tx, deps.clock, { name: "storageDomainDetached", ...subjects });
      }),
  },
  "tell the hosts": {
    async run(input) {
      const { domainId, dataCenterId, isMaster } = input.params;
      const { connection } = await getStorageDomain(input.deps.db, domainId);
      if (!isMaster) return tellHosts(input, dataCenterId, connection);
      await onEachHost(input, dataCenterId, (talk) => disconnectStorageServer(talk, connection, dataCenterId));
    },
  },
});

/** They are found again on the storage, wherever it is attached next. */
export async function forgetDisks(tx: Tx, { domainId }: Pick<ChangeDomainUse, "domainId">): Promise<void> {
  // What stands on another disk goes before it.
  const disks = await listDisks(tx, { storageDomainId: domainId });
  const last = disks.filter(({ templateIds }) => templateIds.length > 0);
  for (const disk of [...disks.filter((each) => !last.includes(each)), ...last]) await deleteDisk(tx, disk.id);
}
