import type { DataCenterId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { listStorageDomains } from "../../db/queries/storage-domains.ts";
import { OperationRefused, refuseIf } from "../../domain/errors.ts";
import { replaceMaster as definition, type ReplaceMaster } from "../../sagas/replace-master.ts";
import { isUsedByHosts } from "../../sagas/talk.ts";
import { type Started, startSaga } from "../started.ts";

const attempt = "Cannot reconstruct the master Storage Domain.";

/**
 * Makes another domain of the data center the master, because no host reads the present one any more. Which one is decided
 * by what the hosts can read then. While it is done nobody is chosen as the storage's manager.
 */
export async function replaceMaster(context: OpContext, dataCenterId: DataCenterId): Promise<Started> {
  await context.authorize("manipulate_storage_domain", { type: "data_center", id: dataCenterId });
  const { name } = await getDataCenter(context.db, dataCenterId);
  const plan = async (tx: Tx): Promise<ReplaceMaster> => {
    const domains = await listStorageDomains(tx, { dataCenterId });
    const master = domains.find(({ isMaster }) => isMaster);
    if (master === undefined) throw new OperationRefused("conflict", attempt, ["The Data Center has none."]);
    const others = domains.filter(({ id }) => id !== master.id).filter(isUsedByHosts);
    refuseIf(attempt, others.length === 0 ? ["No other Storage Domain of the Data Center is in use."] : []);
    return { domainId: master.id, dataCenterId };
  };
  return startSaga(context, attempt, definition, plan, {
    description: `Moving the role of the master in data center ${name}`,
    locks: [`data-center:${dataCenterId}`],
  });
}
