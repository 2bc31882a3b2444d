import { mayRun } from "@yagura/lifecycles";
import type { Clock } from "@yagura/std/clock.ts";
import type { HostId, VmId } from "@yagura/std/ids.ts";
import type { Tx } from "../../db/database.ts";
import { getHost } from "../../db/queries/hosts.ts";
import { listVms, updateVmRun } from "../../db/queries/vms.ts";
import { refuseIf } from "../../domain/errors.ts";
import { announce } from "../../events/announce.ts";
import { endedRun } from "../../sagas/ended-run.ts";
import { subject } from "../subjects.ts";

/**
 * The hook for whoever has proof that a silent host was off or rebooted since it was lost: today the person who confirms
 * it (`POST /hosts/{id}/fence` with `manual`), later a fence device. All guests that may run there are down by that proof
 * and may be started elsewhere. Belongs into the transaction that records the confirmation.
 *
 * A start or stop of such a guest that still waits for the host ends by itself: it finds the guest not recorded there any more.
 * @returns the VMs that are down now.
 * @throws OperationRefused for a host that is not lost: it can be asked what runs on it, and its word counts.
 */
export async function confirmHostRebooted(tx: Tx, clock: Clock, hostId: HostId): Promise<VmId[]> {
  const host = await getHost(tx, hostId);
  refuseIf("Cannot confirm that the Host was rebooted.", [
    ...(host.status === "non_responsive"
      ? []
      : [`The Host is ${host.status.replaceAll("_", " ")}, and tells by itself what runs on it.`]),
  ]);
  const vms = (await listVms(tx, { hostId })).filter(({ run }) => mayRun(run.status));
  for (const vm of vms) {
    await updateVmRun(tx, vm.id, endedRun(clock.nowMs(), "Its Host was rebooted."));
    await announce(tx, clock, { name: "vmDownByHostReboot", vm: subject(vm), host: subject(host) });
  }
  return vms.map(({ id }) => id);
}
