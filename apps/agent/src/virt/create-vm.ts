import { type DomainDescription, describeDomain, parseXml, type XmlElement } from "@yagura/domain-xml";
import { describeError } from "@yagura/std/describe-error.ts";
import type { VmId } from "@yagura/std/ids.ts";
import { CannotCreateVm } from "../errors.ts";
import { startVm } from "./start-vm.ts";
import type { VirtContext } from "./virt-context.ts";
import type { Vm } from "./vm.ts";

export interface NewVm {
  readonly vmId: VmId;
  /** libvirt's document with oVirt's metadata, as the Manager wrote it. */
  readonly xml: string;
  readonly isLaunchedPaused: boolean;
}

/**
 * Accepts a VM and starts it in the background; what goes wrong then shows as the VM being Down with a reason.
 * @throws VmExists, CannotCreateVm when the document is of no use
 */
export function createVm(context: VirtContext, wanted: NewVm): Vm {
  const { vms, log } = context;
  const { domain, description } = readDefinition(wanted);
  const vm = vms.add({ vmId: wanted.vmId, name: description.name, xml: wanted.xml });
  vm.describe({ domain: description });
  const isLaunchedPaused = wanted.isLaunchedPaused || description.metadata?.values["launchPaused"] === true;
  void vms
    .inTurn(vm.id, () => startVm(context, { vm, domain, isLaunchedPaused }))
    .catch((error: unknown) =>
      log.error("starting a VM failed unexpectedly", { vmId: vm.id, error: describeError(error) }),
    );
  return vm;
}

function readDefinition({ vmId, xml }: NewVm): { domain: XmlElement; description: DomainDescription } {
  try {
    const domain = parseXml(xml);
    if (domain.name !== "domain") throw new Error(`the document is a <${domain.name}>, not a <domain>`);
    const description = describeDomain(domain);
    if (description.vmId !== vmId) throw new Error(`the document is of the VM ${description.vmId}`);
    return { domain, description };
  } catch (cause) {
    throw new CannotCreateVm(`Cannot create the VM ${vmId}: ${describeError(cause)}`, { cause });
  }
}
