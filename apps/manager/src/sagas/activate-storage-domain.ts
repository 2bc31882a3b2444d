import { updateDataCenter } from "../db/queries/data-centers.ts";
import { updateStorageDomain } from "../db/queries/storage-domains.ts";
import { transaction } from "../db/transaction.ts";
import { announce } from "../events/announce.ts";
import { activateDomain } from "../hosts/host-domains.ts";
import { connectPool, ensureSpm } from "../hosts/host-pools.ts";
import type { SagaDeps } from "./deps.ts";
import { saga } from "./engine/saga.ts";
import { tellHosts } from "./pool-hosts.ts";
import {
  aboutUse,
  type ChangeDomainUse,
  setDomainStatus,
  talkAndConnect,
  talkToActingHost,
} from "./storage-domain-use.ts";
import { getPool } from "./talk.ts";

/** Uses a domain again that was in maintenance, or could not be reached. */
export const activateStorageDomain = saga<ChangeDomainUse, SagaDeps>(
  "activate-storage-domain",
  {
    "mark the domain as being activated": {
      run: (input) => setDomainStatus(input, "activating"),
      undo: (input) => setDomainStatus(input, "maintenance"),
    },
    "activate the domain": {
      async run(input) {
        const talk = await talkAndConnect(input);
        const { dataCenterId, isMaster } = input.params;
        if (isMaster) {
          await connectPool(talk, await getPool(input.deps.db, dataCenterId, talk.hostId));
          await ensureSpm(talk, dataCenterId);
        }
        await activateDomain(talk, input.params);
      },
    },
    "mark the domain as active": {
      async run(input) {
        const { domainId, dataCenterId, isMaster } = input.params;
        const { hostId } = await talkToActingHost(input);
        await transaction(input.deps.db, async (tx) => {
          await updateStorageDomain(tx, domainId, { status: "active" });
          if (isMaster) await updateDataCenter(tx, dataCenterId, { status: "up", spmHostId: hostId });
        });
      },
    },
    "tell the hosts": {
      run: (input) => tellHosts(input, input.params.dataCenterId),
    },
  },
  async (tx, { params, deps, correlationId, outcome }) => {
    if (outcome.outcome !== "succeeded") return;
    await announce(tx, deps.clock, { name: "storageDomainActivated", ...(await aboutUse(tx, params, correlationId)) });
    deps.wake("connect-storage");
  },
);
