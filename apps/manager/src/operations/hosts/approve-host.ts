import { hostLifecycle } from "@yagura/lifecycles";
import type { ClusterId, HostId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { getHost } from "../../db/queries/hosts.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { Host } from "../../domain/host/host.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";
import { becomeHost } from "./become-host.ts";

const attempt = "Cannot approve Host.";

/** Lets a host that introduced itself in: it gets its certificate, is connected to, and becomes up if it can. */
export async function approveHost(
  context: OpContext,
  { hostId, clusterId }: { readonly hostId: HostId; readonly clusterId?: ClusterId },
): Promise<Host> {
  await context.authorize("edit_host_configuration", { type: "host", id: hostId });
  const host = await transaction(context.db, async (tx) => {
    const before = await getHost(tx, hostId);
    if (!hostLifecycle.canHappen(before.status, "approve")) {
      refuseIf(attempt, [`The host is ${before.status.replaceAll("_", " ")}, it does not wait for approval.`]);
    }
    if (clusterId !== undefined) await getCluster(tx, clusterId);
    await becomeHost(tx, hostId, "approve", clusterId === undefined ? {} : { clusterId });
    await announce(tx, context.clock, { name: "hostApproved", ...byActor(context), host: subject(before) });
    return getHost(tx, hostId);
  });
  context.wake("watch-hosts");
  return host;
}
