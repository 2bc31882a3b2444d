import type { VmEvent } from "@yagura/lifecycles";
import { newId, type VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { insertJob } from "../../db/queries/jobs.ts";
import { updateVmRun } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import { OperationRefused } from "../../domain/errors.ts";
import type { Permit } from "../../domain/user/permits.ts";
import type { Vm } from "../../domain/vm/vm.ts";
import { announce } from "../../events/announce.ts";
import type { EventName } from "../../events/catalogue.ts";
import { resetVm as resetOnHost, resumeVm as resumeOnHost, shutDownVm, type VmTalk } from "../../hosts/host-vms.ts";
import { HostUnreachable } from "../../hosts/hosts.ts";
import type { Started } from "../started.ts";
import { byActor, subject } from "../subjects.ts";
import { getRunningVm } from "./running-vm.ts";

interface Wish {
  readonly attempt: string;
  readonly permit: Permit;
  readonly event: VmEvent;
  readonly eventName: EventName;
  readonly description: (vm: Vm) => string;
  readonly ask: (talk: VmTalk, vmId: VmId) => Promise<void>;
}

/** Asks the guest to shut itself down; it may take its time, or never do it. */
export function shutdownVm(
  context: OpContext,
  { vmId, reason }: { readonly vmId: VmId; readonly reason?: string },
): Promise<Started> {
  return askGuest(
    context,
    vmId,
    {
      attempt: "Cannot shutdown VM.",
      permit: "shut_down_vm",
      event: "shutdown",
      eventName: "vmShutdownRequested",
      description: (vm) => `Shutting down VM ${vm.name}`,
      ask: (talk, id) => shutDownVm(talk, id, { reboots: false }),
    },
    reason,
  );
}

/** Asks the guest to restart itself. */
export function rebootVm(
  context: OpContext,
  { vmId, isForced = false }: { readonly vmId: VmId; readonly isForced?: boolean },
): Promise<Started> {
  return askGuest(context, vmId, {
    attempt: "Cannot reboot VM.",
    permit: "reboot_vm",
    event: "reboot",
    eventName: "vmRebooted",
    description: (vm) => `Rebooting VM ${vm.name}`,
    ask: (talk, id) => shutDownVm(talk, id, { reboots: true, ...(isForced && { forceAfterSeconds: 30 }) }),
  });
}

/** Presses the reset button. */
export function resetVm(context: OpContext, vmId: VmId): Promise<Started> {
  return askGuest(context, vmId, {
    attempt: "Cannot reset VM.",
    permit: "reset_vm",
    event: "reset",
    eventName: "vmRebooted",
    description: (vm) => `Resetting VM ${vm.name}`,
    ask: resetOnHost,
  });
}

/** Lets a paused guest go on, whatever has paused it. */
export function resumeVm(context: OpContext, vmId: VmId): Promise<Started> {
  return askGuest(context, vmId, {
    attempt: "Cannot run VM.",
    permit: "run_vm",
    event: "resume",
    eventName: "vmResumed",
    description: (vm) => `Resuming VM ${vm.name}`,
    ask: resumeOnHost,
  });
}

/** A request, not a saga: one call to the host, and what the guest makes of it is seen by the watch of hosts. */
async function askGuest(context: OpContext, vmId: VmId, wish: Wish, reason?: string): Promise<Started> {
  const { attempt, permit, event } = wish;
  await context.authorize(permit, { type: "vm", id: vmId });
  const { vm, hostId } = await getRunningVm(context, vmId, { attempt, event });
  try {
    await wish.ask(
      { calls: context.hosts.calls(hostId), signal: context.signal, correlationId: context.correlationId },
      vmId,
    );
  } catch (error) {
    if (error instanceof HostUnreachable)
      throw new OperationRefused("conflict", attempt, ["Its Host does not answer."]);
    throw error;
  }
  const jobId = newId<Started["jobId"]>();
  await transaction(context.db, async (tx) => {
    const atMs = context.clock.nowMs();
    await insertJob(tx, {
      id: jobId,
      description: wish.description(vm),
      status: "finished",
      startedAtMs: atMs,
      updatedAtMs: atMs,
      endedAtMs: atMs,
      ...(context.actor.userId !== undefined && { ownerId: context.actor.userId }),
      correlationId: context.correlationId,
      isExternal: false,
      isAutoCleared: true,
    });
    if (reason !== undefined) await updateVmRun(tx, vmId, { stopReason: reason });
    await announce(tx, context.clock, { name: wish.eventName, ...byActor(context), vm: subject(vm) });
  });
  context.wake("watch-hosts");
  return { jobId, ended: Promise.resolve({ outcome: "succeeded" }) };
}
