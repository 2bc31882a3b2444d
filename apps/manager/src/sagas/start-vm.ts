import { vmLifecycle } from "@yagura/lifecycles";
import type { HostId, VmId } from "@yagura/std/ids.ts";
import type { Tx } from "../db/database.ts";
import { getVm, updateVmRun } from "../db/queries/vms.ts";
import { transaction } from "../db/transaction.ts";
import type { VmHardware } from "../domain/vm/vm-hardware.ts";
import type { EventSubject } from "../events/record.ts";
import { ensureEndedVmForgotten, ensureVmCreated, ensureVmGone, isVmOnHost } from "../hosts/host-vms.ts";
import { announceEnd } from "./announce-end.ts";
import type { SagaDeps } from "./deps.ts";
import { saga } from "./engine/saga.ts";
import { talkTo } from "./talk.ts";

export interface StartVm {
  readonly vmId: VmId;
  readonly vmName: string;
  /** Chosen before, and never another one within this saga: the guest may be there already. */
  readonly host: EventSubject & { readonly id: HostId };
  readonly domainXml: string;
  readonly hardware: VmHardware;
  readonly isPaused: boolean;
  readonly user?: EventSubject;
}

/** Somebody has proven meanwhile that the host was off: the guest is not there, and must not appear there any more. */
class StartOvertaken extends Error {
  override readonly name = "StartOvertaken";
}

/** Records that the guest is, or will be, on that host. Does nothing when it is recorded already. */
export async function recordStart(tx: Tx, { vmId, host, hardware }: StartVm, nowMs: number): Promise<void> {
  const { run } = await getVm(tx, vmId);
  if (run.status !== "down") return;
  await updateVmRun(tx, vmId, {
    status: vmLifecycle.nextStatus("down", "start"),
    hostId: host.id,
    hardware,
    startedAtMs: nowMs,
    stoppedAtMs: null,
    stopReason: null,
    pauseReason: null,
    guest: null,
    statistics: null,
    displays: [],
  });
}

/**
 * Starts a guest on one host. As long as that host does not answer, the guest may run there: the saga waits for it and
 * goes nowhere else. It ends when the host has accepted the guest; how the guest fares is seen by the watch of hosts.
 */
export const startVm = saga<StartVm, SagaDeps>(
  "start-vm",
  {
    "record where the VM starts": {
      run: ({ params, deps }) => transaction(deps.db, (tx) => recordStart(tx, params, deps.clock.nowMs())),
      undo: ({ params, deps }) =>
        transaction(deps.db, async (tx) => {
          const { run } = await getVm(tx, params.vmId);
          if (run.status !== "wait_for_launch" || run.hostId !== params.host.id) return;
          await updateVmRun(tx, params.vmId, {
            status: "down",
            hostId: null,
            stoppedAtMs: deps.clock.nowMs(),
            hardware: null,
          });
        }),
    },
    "forget the former run": {
      async run(input) {
        await refuseIfOvertaken(input);
        await ensureEndedVmForgotten(talkTo(input, input.params.host.id), input.params.vmId);
      },
    },
    "create the guest": {
      async run(input) {
        const { vmId, vmName, domainXml, isPaused, host } = input.params;
        await refuseIfOvertaken(input);
        const talk = { ...talkTo(input, host.id), correlationId: input.correlationId };
        await ensureVmCreated(talk, { vmId, name: vmName, domainXml, isPaused });
        input.deps.wake("watch-hosts");
      },
      async undo(input) {
        if (!(await isRecordedThere(input))) return;
        const talk = talkTo(input, input.params.host.id);
        if (await isVmOnHost(talk, input.params.vmId)) await ensureVmGone(talk, input.params.vmId);
      },
    },
  },
  (tx, end) => {
    const { vmId, vmName, host } = end.params;
    return announceEnd(tx, end, {
      succeeded: "vmStarted",
      failed: "vmStartFailed",
      vm: { id: vmId, name: vmName },
      host,
    });
  },
);

interface Within {
  readonly params: StartVm;
  readonly deps: SagaDeps;
}

/** Asked anew in each try: a host may be waited for a long time. */
async function refuseIfOvertaken(input: Within): Promise<void> {
  if (await isRecordedThere(input)) return;
  throw new StartOvertaken(`It was confirmed that host ${input.params.host.name} has been rebooted.`);
}

async function isRecordedThere({ params, deps }: Within): Promise<boolean> {
  return (await getVm(deps.db, params.vmId)).run.hostId === params.host.id;
}
