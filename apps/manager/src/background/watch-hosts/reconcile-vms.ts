import type { VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { updateActualSize } from "../../db/queries/disks.ts";
import { listLocks } from "../../db/queries/locks.ts";
import { listVms, updateVmRun } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import type { Host } from "../../domain/host/host.ts";
import type { Vm } from "../../domain/vm/vm.ts";
import { announce } from "../../events/announce.ts";
import { ensureEndedVmForgotten } from "../../hosts/host-vms.ts";
import { readVmReport, type VmReport } from "../../hosts/read-vm-report.ts";
import { listGrownDisks } from "./list-grown-disks.ts";
import { planVmChange, type VmChange } from "./plan-vm-change.ts";

/** A host that does not answer this is looked at again at the next activation. */
const ANSWER_MS_MAX = 10_000;
/** So many VMs are written down at once: each transaction waits for the disk, and holds the database meanwhile. */
const VMS_AT_ONCE = 100;

interface Seen {
  readonly vm: Vm;
  readonly change: VmChange & { readonly do: "change" };
}

/** Asks a host for all of its guests, and makes what is recorded of them true. Returns how many it has. */
export async function reconcileVms(context: OpContext, host: Host): Promise<number> {
  const { db, hosts, clock, signal, log } = context;
  // All this is read before the host is asked: what changes meanwhile is newer than its answer, and is left for the next
  // time. The locks after the VMs: a VM whose saga has ended by then was created before the host was asked.
  const askedAtMs = clock.nowMs();
  const recorded = await listVms(db, { hostId: host.id });
  const locked = await lockedOf(db, recorded);
  const calls = hosts.calls(host.id);
  const answer = await calls.Host.getAllVmStats({}, { signal, timeoutMs: ANSWER_MS_MAX });
  const reports = new Map<VmId, VmReport>();
  for (const stats of answer) {
    const report = readVmReport(stats, clock.nowMs());
    if (report !== undefined) reports.set(report.vmId, report);
  }
  const here = new Set(recorded.map((vm) => vm.id));
  const others = await listVms(db, { ids: [...reports.keys()].filter((vmId) => !here.has(vmId)) });
  const vms = [
    ...recorded.filter((vm) => !locked.has(vm.id)),
    ...others.filter(({ run }) => Math.max(run.startedAtMs ?? 0, run.stoppedAtMs ?? 0) < askedAtMs),
  ];
  const seen = vms.flatMap((vm): Seen[] => {
    const change = planVmChange({ vm, hostId: host.id, report: reports.get(vm.id), nowMs: clock.nowMs() });
    if (change.do === "alarm") log.error(change.because, { vmId: vm.id, hostId: host.id, otherHostId: vm.run.hostId });
    return change.do === "change" ? [{ vm, change }] : [];
  });
  for (let first = 0; first < seen.length; first += VMS_AT_ONCE) {
    const part = seen.slice(first, first + VMS_AT_ONCE);
    const done = await transaction(db, (tx) => apply(tx, context, host, part));
    // Looked at once more: a guest that was started again since is another one.
    for (const vmId of done) await ensureEndedVmForgotten({ calls, signal }, vmId);
  }
  return answer.length;
}

/** Unless somebody is at a VM, or was since it was read. Returns which guests the host should forget. */
async function apply(tx: Tx, { clock }: OpContext, host: Host, seen: readonly Seen[]): Promise<VmId[]> {
  const vms = seen.map(({ vm }) => vm);
  const runs = new Map((await listVms(tx, { ids: vms.map(({ id }) => id) })).map((vm) => [vm.id, vm.run]));
  const locked = await lockedOf(tx, vms);
  const ended: VmId[] = [];
  for (const { vm, change } of seen) {
    if (locked.has(vm.id) || !isSameRun(vm.run, runs.get(vm.id))) continue;
    await updateVmRun(tx, vm.id, change.run);
    for (const size of listGrownDisks(vm.run.statistics, change.run.statistics)) {
      await updateActualSize(tx, { vmId: vm.id, ...size });
    }
    if (change.event !== undefined) {
      await announce(tx, clock, {
        ...change.event,
        vm: { id: vm.id, name: vm.name },
        host: { id: host.id, name: host.name },
      });
    }
    if (change.forgets) ended.push(vm.id);
  }
  return ended;
}

function isSameRun(before: Vm["run"], now: Vm["run"] | undefined): boolean {
  return now?.status === before.status && now.hostId === before.hostId && now.startedAtMs === before.startedAtMs;
}

async function lockedOf(db: OpContext["db"], vms: readonly Vm[]): Promise<Set<VmId>> {
  const locks = await listLocks(
    db,
    vms.map(({ id }) => `vm:${id}`),
  );
  const resources = new Set(locks.map(({ resource }) => resource));
  return new Set(vms.map(({ id }) => id).filter((vmId) => resources.has(`vm:${vmId}`)));
}
