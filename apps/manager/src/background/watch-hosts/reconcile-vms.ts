import type { VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { listLocks } from "../../db/queries/locks.ts";
import { findVm, listVms, updateVmRun } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import type { Host } from "../../domain/host/host.ts";
import type { Vm } from "../../domain/vm/vm.ts";
import { announce } from "../../events/announce.ts";
import { ensureVmGone } from "../../hosts/host-vms.ts";
import { readVmReport, type VmReport } from "../../hosts/read-vm-report.ts";
import { planVmChange, type VmChange } from "./plan-vm-change.ts";

/** A host that does not answer this is looked at again at the next activation. */
const ANSWER_MS_MAX = 10_000;

/** Asks a host for all of its guests, and makes what is recorded of them true. Returns how many it has. */
export async function reconcileVms(context: OpContext, host: Host): Promise<number> {
  const { db, hosts, clock, signal } = context;
  // Read before the host is asked: what changes meanwhile is newer than its answer, and is left for the next time.
  const recorded = await listVms(db, { hostId: host.id });
  const calls = hosts.calls(host.id);
  const answer = await calls.Host.getAllVmStats({}, { signal, timeoutMs: ANSWER_MS_MAX });
  const reports = new Map<VmId, VmReport>();
  for (const stats of answer) {
    const report = readVmReport(stats, clock.nowMs());
    if (report !== undefined) reports.set(report.vmId, report);
  }
  const here = new Set(recorded.map((vm) => vm.id));
  const others = await listVms(db, { ids: [...reports.keys()].filter((vmId) => !here.has(vmId)) });
  const forgotten: VmId[] = [];
  for (const vm of [...recorded, ...others]) {
    const change = planVmChange({ vm, hostId: host.id, report: reports.get(vm.id), nowMs: clock.nowMs() });
    if (change.do === "nothing") continue;
    const isDone = await apply(context, host, vm, change);
    if (isDone && change.forgets) forgotten.push(vm.id);
  }
  for (const vmId of forgotten) await ensureVmGone({ calls, signal }, vmId);
  return answer.length;
}

/** Unless somebody else is at it, or was meanwhile. Returns whether it was done. */
async function apply(context: OpContext, host: Host, seen: Vm, change: VmChange & { do: "change" }): Promise<boolean> {
  return transaction(context.db, async (tx) => {
    const now = await findVm(tx, seen.id);
    const isSame = now?.run.status === seen.run.status && now.run.hostId === seen.run.hostId;
    if (!isSame || (await listLocks(tx, [`vm:${seen.id}`])).length > 0) return false;
    await updateVmRun(tx, seen.id, change.run);
    if (change.event !== undefined) {
      await announce(tx, context.clock, {
        ...change.event,
        vm: { id: seen.id, name: seen.name },
        host: { id: host.id, name: host.name },
      });
    }
    return true;
  });
}
