import { hostLifecycle } from "@yagura/lifecycles";
import type { HostId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { listDataCenters, updateDataCenter } from "../../db/queries/data-centers.ts";
import { deleteHost, getHost } from "../../db/queries/hosts.ts";
import { deleteEndedTransfersOfHost } from "../../db/queries/image-transfers.ts";
import { deletePermissionsOn } from "../../db/queries/permissions.ts";
import { listStorageConnections } from "../../db/queries/storage-connections.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot remove Host.";

/** Forgets a host: it must register again to come back. Its guests must be gone, and storage that only it has. */
export async function removeHost(context: OpContext, hostId: HostId): Promise<void> {
  await context.authorize("delete_host", { type: "host", id: hostId });
  await transaction(context.db, async (tx) => {
    const host = await getHost(tx, hostId);
    const localStorage = (await listStorageConnections(tx)).filter((connection) => connection.hostId === hostId);
    const isSpm = (await listDataCenters(tx)).some(({ spmHostId }) => spmHostId === hostId);
    refuseIf(attempt, [
      ...(hostLifecycle.canHappen(host.status, "remove")
        ? []
        : [`Host must be in Maintenance to be removed; it is ${host.status.replaceAll("_", " ")}.`]),
      ...(isSpm ? ["It manages the storage of its Data Center; put it into Maintenance first."] : []),
      ...(localStorage.length > 0 ? ["Storage domains are kept in a directory of the host."] : []),
    ]);
    for (const { id, spmWishId } of await listDataCenters(tx)) {
      if (spmWishId === hostId) await updateDataCenter(tx, id, { spmWishId: null });
    }
    await deleteEndedTransfersOfHost(tx, hostId);
    await deletePermissionsOn(tx, { type: "host", id: hostId });
    await deleteHost(tx, hostId);
    await announce(tx, context.clock, { name: "hostRemoved", ...byActor(context), host: subject(host) });
  });
  context.wake("watch-hosts");
}
