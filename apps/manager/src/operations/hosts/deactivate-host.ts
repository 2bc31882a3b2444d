import { hostLifecycle, mayRun } from "@yagura/lifecycles";
import type { HostId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getHost } from "../../db/queries/hosts.ts";
import { listVms } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";
import { becomeHost } from "./become-host.ts";

const attempt = "Cannot switch Host to Maintenance mode.";

/**
 * Takes a host out of service. Guests cannot be moved away yet, so none may run on it; the host is in maintenance as
 * soon as it has given its storage back, and at once when it does not respond.
 */
export async function deactivateHost(context: OpContext, hostId: HostId): Promise<void> {
  await context.authorize("manipulate_host", { type: "host", id: hostId });
  await transaction(context.db, async (tx) => {
    const host = await getHost(tx, hostId);
    if (host.status === "maintenance" || host.status === "preparing_for_maintenance") return;
    if (!hostLifecycle.canHappen(host.status, "deactivate")) {
      refuseIf(attempt, [`The host is ${host.status.replaceAll("_", " ")}.`]);
    }
    const running = (await listVms(tx, { hostId })).filter((vm) => mayRun(vm.run.status));
    if (running.length > 0) {
      refuseIf(attempt, [
        `VMs run on the host: ${running
          .map((vm) => vm.name)
          .slice(0, 10)
          .join(", ")}. Stop them first.`,
      ]);
    }
    await becomeHost(tx, hostId, "deactivate");
    await announce(tx, context.clock, { name: "hostMaintenanceRequested", ...byActor(context), host: subject(host) });
    if (hostLifecycle.nextStatus(host.status, "deactivate") === "maintenance") {
      await announce(tx, context.clock, { name: "hostInMaintenance", host: subject(host) });
    }
  });
  context.wake("watch-hosts");
}
