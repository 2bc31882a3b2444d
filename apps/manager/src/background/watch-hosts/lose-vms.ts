import { mayRun, vmLifecycle } from "@yagura/lifecycles";
import type { Clock } from "@yagura/std/clock.ts";
import type { Tx } from "../../db/database.ts";
import { listVms, updateVmRun } from "../../db/queries/vms.ts";
import type { Host } from "../../domain/host/host.ts";
import { announce } from "../../events/announce.ts";

/** The host is silent for too long: nobody can say what its guests do. They stay recorded there. */
export async function loseVms(tx: Tx, clock: Clock, host: Host): Promise<void> {
  for (const vm of await listVms(tx, { hostId: host.id })) {
    if (!mayRun(vm.run.status) || vm.run.status === "unknown") continue;
    await updateVmRun(tx, vm.id, { status: vmLifecycle.nextStatus(vm.run.status, "lost") });
    await announce(tx, clock, {
      name: "vmUnknown",
      vm: { id: vm.id, name: vm.name },
      host: { id: host.id, name: host.name },
    });
  }
}
