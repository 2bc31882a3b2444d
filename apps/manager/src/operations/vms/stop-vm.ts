import { vmLifecycle } from "@yagura/lifecycles";
import type { VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getVm } from "../../db/queries/vms.ts";
import { OperationRefused } from "../../domain/errors.ts";
import { stopVm as definition, type StopVm } from "../../sagas/stop-vm.ts";
import { type Started, startSaga } from "../started.ts";
import { userOf } from "../subjects.ts";
import { notRunning } from "./running-vm.ts";

const attempt = "Cannot stop VM.";

/** Pulls the plug. */
export async function stopVm(
  context: OpContext,
  { vmId, reason }: { readonly vmId: VmId; readonly reason?: string },
): Promise<Started> {
  await context.authorize("stop_vm", { type: "vm", id: vmId });
  const { name } = await getVm(context.db, vmId);
  const plan = async (tx: Tx): Promise<StopVm> => {
    const { hostId, status } = (await getVm(tx, vmId)).run;
    if (hostId === undefined || !vmLifecycle.canHappen(status, "stop")) {
      throw new OperationRefused("conflict", attempt, [notRunning(status)]);
    }
    return { vmId, vmName: name, hostId, ...(reason !== undefined && { reason }), ...userOf(context) };
  };
  return startSaga(context, attempt, definition, plan, {
    description: `Powering off VM ${name}`,
    locks: [`vm:${vmId}`],
  });
}
