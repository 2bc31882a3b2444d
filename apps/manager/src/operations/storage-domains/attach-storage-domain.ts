import { storageDomainLifecycle } from "@yagura/lifecycles";
import type { DataCenterId, HostId, StorageDomainId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Db, Tx } from "../../db/database.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { getStorageDomain, listStorageDomains } from "../../db/queries/storage-domains.ts";
import type { DataCenter } from "../../domain/data-center/data-center.ts";
import { OperationRefused, refuseIf } from "../../domain/errors.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import {
  type AttachStorageDomain,
  attachStorageDomain as definition,
  recordAttachment,
} from "../../sagas/attach-storage-domain.ts";
import type { Resource } from "../../sagas/engine/lock-resources.ts";
import { type Started, startSaga } from "../started.ts";
import { userOf } from "../subjects.ts";
import { listHostsOfDataCenter } from "./storage-host.ts";

const attempt = "Cannot attach Storage.";

export interface StorageDomainAttachment {
  readonly domainId: StorageDomainId;
  readonly dataCenterId: DataCenterId;
  /** The caller confirms: another pool to which the storage says that it belongs does not use it any more. */
  readonly takesOver?: boolean;
}

/** Makes a domain part of a data center and uses it; the first one becomes the master and brings the data center up. */
export async function attachStorageDomain(
  context: OpContext,
  { domainId, dataCenterId, takesOver }: StorageDomainAttachment,
): Promise<Started & { readonly domain: StorageDomain }> {
  await context.authorize("manipulate_storage_domain", { type: "storage_domain", id: domainId });
  await context.authorize("manipulate_storage_domain", { type: "data_center", id: dataCenterId });
  const { db } = context;
  const [domain, dataCenter] = [await getStorageDomain(db, domainId), await getDataCenter(db, dataCenterId)];
  const isExpectedFirst = await isFirstDomain(db, dataCenterId);
  /** Whether it is the first one is seen where it is recorded: two first ones would be two masters. */
  const plan = async (tx: Tx): Promise<AttachStorageDomain> => {
    const [now, place] = [await getStorageDomain(tx, domainId), await getDataCenter(tx, dataCenterId)];
    const isFirst = await isFirstDomain(tx, dataCenterId);
    refuseIf(attempt, [
      ...(storageDomainLifecycle.canHappen(now.status, "attach")
        ? []
        : [`The Storage Domain is ${now.status.replaceAll("_", " ")}, it must be unattached.`]),
      ...(isFirst || place.status === "up" ? [] : ["The Data Center is not up."]),
      ...(isFirst === isExpectedFirst ? [] : ["Related operation is currently in progress. Please try again later."]),
      ...((now.type === "localfs") === place.isLocal
        ? []
        : ["The storage is local and the Data Center shared, or the other way round."]),
    ]);
    const hostId = await hostFor(tx, place, now);
    const params = {
      domainId,
      dataCenterId,
      hostId,
      isFirst,
      ...(takesOver !== undefined && { takesOver }),
      ...userOf(context),
    };
    await recordAttachment(tx, params);
    return params;
  };
  // With the first one there is no pool yet, and so nobody to choose as its manager.
  const pool: readonly Resource[] = isExpectedFirst
    ? [`storage-pool:${dataCenterId}`, `data-center:${dataCenterId}`]
    : [`storage-pool:${dataCenterId}`];
  const started = await startSaga(context, attempt, definition, plan, {
    description: `Attaching storage domain ${domain.name} to data center ${dataCenter.name}`,
    locks: [`storage-domain:${domainId}`, ...pool],
  });
  return { ...started, domain: await getStorageDomain(db, domainId) };
}

async function isFirstDomain(db: Db, dataCenterId: DataCenterId): Promise<boolean> {
  return (await listStorageDomains(db, { dataCenterId })).length === 0;
}

/** A local domain's own host; else the storage pool manager, or any host that is up. */
async function hostFor(tx: Tx, dataCenter: DataCenter, domain: StorageDomain): Promise<HostId> {
  const hosts = (await listHostsOfDataCenter(tx, dataCenter.id)).filter((host) => host.status === "up");
  const wanted = domain.connection.hostId ?? dataCenter.spmHostId;
  // Of several the one that is to be the storage pool manager rather than the others.
  const byPriority = hosts
    .filter(({ spmPriority }) => spmPriority >= 0)
    .toSorted((a, b) => b.spmPriority - a.spmPriority);
  const host =
    hosts.find(({ id }) => id === wanted) ?? (domain.connection.hostId === undefined ? byPriority[0] : undefined);
  if (host === undefined) {
    throw new OperationRefused("conflict", attempt, [
      "There is no active Host in the Data Center that has the storage.",
    ]);
  }
  return host.id;
}
