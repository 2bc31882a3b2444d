import { hostLifecycle } from "@yagura/lifecycles";
import type { HostId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getHost } from "../../db/queries/hosts.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";
import { becomeHost } from "./become-host.ts";

/** Takes a host out of maintenance. It is up when it has answered and has what its cluster needs. */
export async function activateHost(context: OpContext, hostId: HostId): Promise<void> {
  await context.authorize("manipulate_host", { type: "host", id: hostId });
  await transaction(context.db, async (tx) => {
    const host = await getHost(tx, hostId);
    // Asked for again, it is on its way already.
    if (host.status === "up" || host.status === "unassigned") return;
    if (!hostLifecycle.canHappen(host.status, "activate")) {
      refuseIf("Cannot activate Host.", [`The host is ${host.status.replaceAll("_", " ")}.`]);
    }
    await becomeHost(tx, hostId, "activate");
    await announce(tx, context.clock, { name: "hostActivated", ...byActor(context), host: subject(host) });
  });
  context.wake("watch-hosts");
}
