import { createHash } from "node:crypto";
import { describeDomain, guestAgentChannel, parseXml, type readVmMetadata, type XmlElement } from "@yagura/domain-xml";
import { readDomainState, readShutoffReason } from "./domain-events.ts";
import { readIoError } from "./read-io-error.ts";
import type { VirtContext } from "./virt-context.ts";
import type { Vm } from "./vm.ts";
import { decideExit, vmExit } from "./vm-exit.ts";
import { findVmRecord, type VmRecord } from "./vm-record.ts";
import { writeRunRecord, writeVmRecord } from "./write-vm-record.ts";

/**
 * Makes the VM equal to what libvirt says of its domain: after its start, after a restart of the agent or of libvirt,
 * and whenever there is doubt. May run any number of times.
 */
export async function adoptDomain(context: VirtContext, vm: Vm): Promise<void> {
  const { hypervisor } = context;
  const wasDown = vm.status === "Down";
  if ((await hypervisor.findState(vm.id)) === undefined) return missing(vm);
  const record = await refreshDescription(context, vm);
  // Asked after everything else: what is applied below must not be older than the events that came meanwhile.
  const state = await hypervisor.findState(vm.id);
  if (state === undefined) return missing(vm);
  const condition = readDomainState(state.state, state.reason);
  if (wasDown && condition !== "gone") await takeBack(context, vm);
  else vm.asked ??= record?.asked;
  switch (condition) {
    case "gone":
      vm.become("stopped", { exit: exitOf(vm, record, state.reason) });
      return;
    case "paused":
      vm.become("launched-paused");
      vm.become("suspended", { pauseCode: "NOERR" });
      break;
    case "paused-io-error": {
      const also = { ...(await readIoError(context, vm)), ...pausedSince(record) };
      vm.become("launched-paused", also);
      vm.become("suspended", also);
      break;
    }
    case "paused-postcopy":
      vm.become("launched-paused", { pauseCode: "POSTCOPY" });
      vm.become("suspended", { pauseCode: "POSTCOPY" });
      break;
    case "running":
      vm.become("launched");
      vm.becomeResumed();
      vm.settleByTime();
      // It went on while no agent looked: the next pause is another one.
      if (record?.ioPausedAtMs !== undefined) await writeRunRecord(context, vm);
  }
  vm.takenOver();
}

function pausedSince(record: VmRecord | undefined): { ioPausedAtMs?: number } {
  return record?.ioPausedAtMs === undefined ? {} : { ioPausedAtMs: record.ioPausedAtMs };
}

function missing(vm: Vm): void {
  vm.become("stopped", { exit: vmExit(1, "libvirtDomainMissing") });
}

/** A VM that was Down runs: its end is no longer true, nor anything that was asked of it before. */
async function takeBack(context: VirtContext, vm: Vm): Promise<void> {
  context.log.warn("a VM that was Down runs: somebody else started it", { vmId: vm.id, vmName: vm.name });
  vm.asked = undefined;
  vm.poweredOffBy = undefined;
  const startedAtMs = context.clocks.nowMs();
  vm.become("found-running");
  vm.describe({ startedAtMs });
  await writeVmRecord(context, vm, { phase: "started", startedAtMs });
}

/** Reads the domain's document again. */
async function refreshDescription(context: VirtContext, vm: Vm): Promise<VmRecord | undefined> {
  const xml = await context.hypervisor.getXml(vm.id);
  const tree = parseXml(xml);
  const domain = describeDomain(tree);
  const record = findVmRecord(tree);
  const pid = await context.findPid(vm.name);
  const startedAtMs = record?.startedAtMs ?? vm.view.startedAtMs ?? readVdsmStartTime(domain.metadata);
  vm.describe({
    domain,
    xml,
    xmlDigest: createHash("sha1").update(xml).digest("hex"),
    ...(startedAtMs !== undefined && { startedAtMs }),
    ...(pid !== undefined && { pid }),
  });
  const agent = domain.channels.find((channel) => channel.name === guestAgentChannel);
  vm.setGuestAgentConnected(agent?.isConnected ?? false);
  return record;
}

function exitOf(vm: Vm, record: VmRecord | undefined, reason: number) {
  if (record?.exit !== undefined) return record.exit;
  // The agent or the host ended between the two definitions: QEMU never ran.
  if (record?.phase === "placeholder") return vmExit(1, "libvirtStartFailed", "the host agent was interrupted");
  const { asked, poweredOffBy } = vm;
  return decideExit({
    detail: readShutoffReason(reason),
    ...(asked !== undefined && { asked }),
    ...(poweredOffBy !== undefined && { poweredOffBy }),
  });
}

/** vdsm keeps seconds since the epoch. */
function readVdsmStartTime(metadata: ReturnType<typeof readVmMetadata> | undefined): number | undefined {
  const seconds = Number(metadata?.values["startTime"]);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}

/** True for a VM of oVirt's or of ours; anything else is somebody else's and only looked at. */
export function isOurs(domain: XmlElement): boolean {
  return describeDomain(domain).metadata !== undefined || findVmRecord(domain) !== undefined;
}
