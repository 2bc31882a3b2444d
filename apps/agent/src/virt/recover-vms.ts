import { describeDomain, parseXml } from "@yagura/domain-xml";
import { withDeadline } from "@yagura/std/deadline.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import { adoptDomain, isOurs } from "./adopt-domain.ts";
import type { DomainRef } from "./hypervisor.ts";
import type { VirtContext } from "./virt-context.ts";

/** A domain whose monitor is stuck must not keep the others from being adopted. */
const ADOPT_MS_MAX = 10_000;

export interface RecoveryReport {
  readonly adopted: number;
  /** VMs of ours that run and could not be taken over: they go on, are reported, and are tried again. */
  readonly aside: number;
  /** Domains of others. They are never touched. */
  readonly foreign: number;
}

/**
 * After a restart of the agent or of libvirt: takes over every VM of ours that libvirt knows, and looks again at those
 * known already. Nothing is ever killed here. What runs and cannot be understood is put aside and reported.
 */
export async function recoverVms(context: VirtContext): Promise<RecoveryReport> {
  const domains = await context.hypervisor.listDomains();
  const outcomes = await Promise.all(domains.map((domain) => recoverOne(context, domain)));
  const count = (outcome: string): number => outcomes.filter((one) => one === outcome).length;
  // What was known and is no longer in libvirt has ended while nobody could look.
  const listed = new Set(domains.map((domain) => domain.vmId));
  for (const vm of context.vms.list().filter((known) => !listed.has(known.id) && known.status !== "Down")) {
    try {
      await withDeadline(`looking at the VM ${vm.id}`, ADOPT_MS_MAX, () =>
        context.vms.inTurn(vm.id, () => adoptDomain(context, vm)),
      );
    } catch (error) {
      vm.putAside(describeError(error));
    }
  }
  return { adopted: count("adopted"), aside: count("aside"), foreign: count("foreign") };
}

async function recoverOne(context: VirtContext, ref: DomainRef): Promise<"adopted" | "aside" | "foreign"> {
  const { vms, hypervisor, log } = context;
  const known = vms.find(ref.vmId);
  try {
    return await withDeadline(`taking over the VM ${ref.name}`, ADOPT_MS_MAX, async () => {
      if (known === undefined) {
        const xml = await hypervisor.getXml(ref.vmId);
        const tree = parseXml(xml);
        if (!isOurs(tree)) return "foreign";
        const vm = vms.add({ vmId: ref.vmId, name: ref.name, xml });
        vm.describe({ domain: describeDomain(tree) });
        await vms.inTurn(ref.vmId, () => adoptDomain(context, vm));
        log.info("took over a VM", { vmId: vm.id, vmName: vm.name, status: vm.status });
        return "adopted";
      }
      await vms.inTurn(ref.vmId, () => adoptDomain(context, known));
      return "adopted";
    });
  } catch (error) {
    const because = describeError(error);
    log.error("a VM could not be taken over; it is left alone", { vmId: ref.vmId, vmName: ref.name, error: because });
    // A domain that does not run and cannot be read is no guest that could be lost.
    if (!ref.isActive && known === undefined) return "foreign";
    const vm = known ?? vms.find(ref.vmId) ?? vms.add({ vmId: ref.vmId, name: ref.name, xml: "" });
    if (known === undefined) vm.become("launched");
    vm.putAside(because);
    return "aside";
  }
}
