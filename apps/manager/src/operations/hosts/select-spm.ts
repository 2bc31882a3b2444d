import type { HostId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { getDataCenter, updateDataCenter } from "../../db/queries/data-centers.ts";
import { getHost } from "../../db/queries/hosts.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot force select SPM.";

/**
 * Asks for this host as the manager of its data center's storage. The present one gives the role up as soon as the work that it
 * has begun on the storage has ended; if there is none, this host is preferred when one is chosen.
 */
export async function selectSpm(context: OpContext, hostId: HostId): Promise<void> {
  await context.authorize("manipulate_host", { type: "host", id: hostId });
  await transaction(context.db, async (tx) => {
    const host = await getHost(tx, hostId);
    const { dataCenterId } = await getCluster(tx, host.clusterId);
    const dataCenter = await getDataCenter(tx, dataCenterId);
    const hasPool = dataCenter.status !== "uninitialized" && dataCenter.status !== "maintenance";
    refuseIf(attempt, [
      ...(host.status === "up" ? [] : [`The host is ${host.status.replaceAll("_", " ")}; it must be up.`]),
      ...(host.spmPriority < 0
        ? ["The host's SPM priority is -1: it may never be SPM. Change its priority first."]
        : []),
      ...(hasPool ? [] : [`The Data Center is ${dataCenter.status}: no host manages its storage.`]),
    ]);
    // Asked for again, or of the one that is it: there is nothing to do, and a wish for another one is withdrawn.
    const isSpm = dataCenter.spmHostId === hostId;
    await updateDataCenter(tx, dataCenterId, { spmWishId: isSpm ? null : hostId });
    if (isSpm || dataCenter.spmWishId === hostId) return;
    const about = { host: subject(host), dataCenter: subject(dataCenter) };
    await announce(tx, context.clock, { name: "spmMoveRequested", ...byActor(context), ...about });
  });
  context.wake("connect-storage");
}
