import { formatXml, listDevices, parseXml, setAttribute, setGraphicsPassword } from "@yagura/domain-xml";
import type { VmId } from "@yagura/std/ids.ts";
import { CannotSetTicket } from "../errors.ts";
import { runningVm } from "./operate-vm.ts";
import type { VirtContext } from "./virt-context.ts";
import type { Vm } from "./vm.ts";

export interface ConsoleTicket {
  readonly type: "vnc" | "spice";
  /** VNC knows no longer ones than 8 characters. */
  readonly password: string;
  readonly ttlSeconds: number;
}

/**
 * Lets whoever knows the password open the VM's console for a while.
 * @throws NoSuchVm, VmIsDown, CannotSetTicket
 */
export function setTicket(context: VirtContext, vmId: VmId, ticket: ConsoleTicket): Promise<Vm> {
  runningVm(context, vmId);
  return context.vms.inTurn(vmId, async () => {
    const vm = runningVm(context, vmId);
    try {
      const domain = parseXml(await context.hypervisor.getXml(vmId));
      const graphics = listDevices(domain, "graphics").find((one) => one.attributes.get("type") === ticket.type);
      if (graphics === undefined) throw new Error(`it has no ${ticket.type} console`);
      setGraphicsPassword(graphics, ticket.password, new Date(context.clocks.nowMs() + ticket.ttlSeconds * 1000));
      // Whoever is connected stays connected: he had the last password.
      setAttribute(graphics, "connected", "keep");
      // Everything else is as libvirt knows it; it refuses other changes of a running console.
      await context.hypervisor.updateDevice(vmId, formatXml(graphics));
    } catch (cause) {
      throw new CannotSetTicket(`Failed to set the ticket of the VM ${vmId}`, { cause });
    }
    return vm;
  });
}
