import type { StorageDomainStatus } from "@yagura/lifecycles";
import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { updateDataCenter } from "../../db/queries/data-centers.ts";
import { listDisks } from "../../db/queries/disks.ts";
import { listLocks } from "../../db/queries/locks.ts";
import { deletePermissionsOn } from "../../db/queries/permissions.ts";
import { deleteStorageConnection } from "../../db/queries/storage-connections.ts";
import { deleteStorageDomain, getStorageDomain, listStorageDomains } from "../../db/queries/storage-domains.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { forgetDisks } from "../../sagas/detach-storage-domain.ts";
import { listRunningUsers } from "../disks/disk-at-rest.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot destroy Storage.";

/** What hosts use now is not pulled away under them. */
const destroyable: readonly StorageDomainStatus[] = ["unattached", "maintenance", "inactive", "unknown"];

/**
 * Forgets a domain with its disks, whatever its state, and touches no storage: for one that is lost, or has gone to another
 * Manager. Whatever is on it can be imported again.
 */
export async function destroyStorageDomain(context: OpContext, domainId: StorageDomainId): Promise<void> {
  await context.authorize("delete_storage_domain", { type: "storage_domain", id: domainId });
  const { clock, db } = context;
  await transaction(db, async (tx) => {
    const domain = await getStorageDomain(tx, domainId);
    const { dataCenterId } = domain;
    const all = await listStorageDomains(tx);
    const others = all.filter((each) => each.id !== domainId && each.dataCenterId === dataCenterId);
    const resources = [
      `storage-domain:${domainId}`,
      ...(dataCenterId === undefined ? [] : [`data-center:${dataCenterId}`]),
    ];
    const [lock] = await listLocks(tx, resources);
    const users: string[] = [];
    for (const disk of await listDisks(tx, { storageDomainId: domainId }))
      users.push(...(await listRunningUsers(tx, disk)));
    refuseIf(attempt, [
      ...(lock === undefined ? [] : [`Related operation is currently in progress (${lock.reason}).`]),
      ...(destroyable.includes(domain.status)
        ? []
        : [`The Storage Domain is ${domain.status.replaceAll("_", " ")}; put it into maintenance first.`]),
      ...(domain.isMaster && others.length > 0
        ? ["It is the master of the Data Center; deactivate it first, so that another one takes its place."]
        : []),
      ...[...new Set(users)].map((name) => `VM ${name} runs with a disk on it.`),
    ]);
    await forgetDisks(tx, { domainId });
    if (domain.isMaster && dataCenterId !== undefined) {
      await updateDataCenter(tx, dataCenterId, { status: "uninitialized", masterVersion: 0, spmHostId: null });
    }
    await deletePermissionsOn(tx, { type: "storage_domain", id: domainId });
    await deleteStorageDomain(tx, domainId);
    const isShared = all.some((each) => each.id !== domainId && each.connection.id === domain.connection.id);
    if (!isShared) await deleteStorageConnection(tx, domain.connection.id);
    await announce(tx, clock, { name: "storageDomainDestroyed", ...byActor(context), storageDomain: subject(domain) });
  });
  context.wake("connect-storage");
  // What could neither be done nor undone on it ends now.
  context.sagas.hurryStuck();
  context.wake("recover-sagas");
}
