import type { HostId, VmId } from "@yagura/std/ids.ts";
import { getVm, updateVmRun } from "../db/queries/vms.ts";
import { transaction } from "../db/transaction.ts";
import type { EventSubject } from "../events/record.ts";
import { ensureVmGone } from "../hosts/host-vms.ts";
import { announceEnd } from "./announce-end.ts";
import type { SagaDeps } from "./deps.ts";
import { endedRun } from "./ended-run.ts";
import { saga } from "./engine/saga.ts";
import { talkTo } from "./talk.ts";

export interface StopVm {
  readonly vmId: VmId;
  readonly vmName: string;
  readonly hostId: HostId;
  readonly reason?: string;
  readonly user?: EventSubject;
}

/** Pulls the plug of a guest. It is down when its host has said so, not before. */
export const stopVm = saga<StopVm, SagaDeps>(
  "stop-vm",
  {
    "end the guest": {
      async run(input) {
        const { vmId, hostId } = input.params;
        // Somebody has proven meanwhile that the host was off: there is nobody to ask.
        if ((await getVm(input.deps.db, vmId)).run.hostId !== hostId) return;
        await ensureVmGone({ ...talkTo(input, hostId), correlationId: input.correlationId }, vmId);
      },
    },
    "mark the VM as down": {
      run: ({ params, deps }) =>
        transaction(deps.db, async (tx) => {
          const { run } = await getVm(tx, params.vmId);
          if (run.status === "down" || run.hostId !== params.hostId) return;
          await updateVmRun(tx, params.vmId, endedRun(deps.clock.nowMs(), params.reason ?? null));
        }),
    },
  },
  (tx, end) =>
    announceEnd(tx, end, {
      succeeded: "vmStopped",
      failed: "vmStopFailed",
      vm: { id: end.params.vmId, name: end.params.vmName },
    }),
);
