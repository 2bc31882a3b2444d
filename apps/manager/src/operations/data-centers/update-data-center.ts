import type { DataCenterId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import {
  findDataCenterByName,
  getDataCenter,
  updateDataCenter as writeDataCenter,
} from "../../db/queries/data-centers.ts";
import { getMacPool } from "../../db/queries/mac-pools.ts";
import { transaction } from "../../db/transaction.ts";
import type { DataCenter, MacPoolId, QuotaMode } from "../../domain/data-center/data-center.ts";
import { refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import { announce } from "../../events/announce.ts";
import { authorizePool } from "../mac-pools/use-mac-pool.ts";
import { byActor, subject } from "../subjects.ts";
import { readIoTimeout, versionProblems } from "./create-data-center.ts";

const attempt = "Cannot edit Data Center.";

export interface DataCenterUpdate {
  readonly dataCenterId: DataCenterId;
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
  readonly compatibilityVersion?: string;
  /** Only what it is already. */
  readonly isLocal?: boolean;
  /** Only while it has no storage: its hosts have agreed on it by what stands on the master domain. */
  readonly ioTimeoutSeconds?: number;
  readonly quotaMode?: QuotaMode;
  /** Of its future clusters that name none. */
  readonly macPoolId?: MacPoolId;
}

export async function updateDataCenter(
  context: OpContext,
  { dataCenterId, isLocal, ioTimeoutSeconds, ...changes }: DataCenterUpdate,
): Promise<DataCenter> {
  await context.authorize("edit_storage_pool_configuration", { type: "data_center", id: dataCenterId });
  if (changes.name !== undefined) refuseIf(attempt, nameProblems("data center", changes.name, 40), "invalid");
  if (changes.compatibilityVersion !== undefined) {
    refuseIf(attempt, versionProblems(changes.compatibilityVersion), "invalid");
  }
  await authorizePool(context, changes.macPoolId);
  return transaction(context.db, async (tx) => {
    const dataCenter = await getDataCenter(tx, dataCenterId);
    if (changes.macPoolId !== undefined) await getMacPool(tx, changes.macPoolId);
    if (isLocal !== undefined && isLocal !== dataCenter.isLocal) {
      refuseIf(attempt, ["The storage type of a Data Center cannot be changed yet."], "unsupported");
    }
    const namesake = changes.name === undefined ? undefined : await findDataCenterByName(tx, changes.name);
    if (namesake !== undefined && namesake.id !== dataCenterId) {
      refuseIf(attempt, ["The Data Center name is already in use."]);
    }
    const ioTimeout = ioTimeoutSeconds === undefined ? undefined : readIoTimeout(attempt, ioTimeoutSeconds);
    if (ioTimeout !== undefined && ioTimeout !== dataCenter.ioTimeoutSeconds && dataCenter.status !== "uninitialized") {
      refuseIf(attempt, ["The I/O timeout can be changed only before the first Storage Domain is attached."]);
    }
    await writeDataCenter(tx, dataCenterId, {
      ...changes,
      ...(ioTimeout !== undefined && { ioTimeoutSeconds: ioTimeout }),
    });
    await announce(tx, context.clock, {
      name: "dataCenterUpdated",
      ...byActor(context),
      dataCenter: subject(dataCenter),
    });
    return getDataCenter(tx, dataCenterId);
  });
}
