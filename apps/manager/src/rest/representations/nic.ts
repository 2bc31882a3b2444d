import type { ReportedDevice, Nic as RestNic } from "@yagura/rest-model";
import type { Nic } from "../../domain/nic/nic.ts";
import type { GuestNic, Vm } from "../../domain/vm/vm.ts";
import type { Links } from "../links.ts";

export function renderNic(nic: Nic, links: Links): RestNic {
  const { owner } = nic;
  const place =
    "vmId" in owner
      ? { ...links.of("vm_nic", "vms", owner.vmId, "nics", nic.id), vm: links.ref("vms", owner.vmId) }
      : {
          ...links.of("template_nic", "templates", owner.templateId, "nics", nic.id),
          template: links.ref("templates", owner.templateId),
        };
  return {
    ...place,
    name: nic.name,
    interface: nic.interface,
    linked: nic.isLinked,
    ...(nic.macAddress !== undefined && { mac: { address: nic.macAddress } }),
    plugged: nic.isPlugged,
    synced: true,
    ...(nic.vnicProfileId !== undefined && { vnic_profile: links.ref("vnicprofiles", nic.vnicProfileId) }),
  };
}

/** What the guest says of its network devices. Their ids are made of what names them in the guest. */
export function renderReportedDevices(vm: Vm, links: Links): ReportedDevice[] {
  return (vm.run.guest?.nics ?? []).map((nic) => {
    const id = reportedDeviceId(nic);
    return {
      ...links.ref("vms", vm.id, "reporteddevices", id),
      name: nic.name,
      description: "guest reported data",
      type: "network",
      mac: { address: nic.macAddress },
      ips: [
        ...nic.ipv4.map((address) => ({ address, version: "v4" as const })),
        ...nic.ipv6.map((address) => ({ address, version: "v6" as const })),
      ],
      vm: links.ref("vms", vm.id),
    };
  });
}

function reportedDeviceId({ name, macAddress }: GuestNic): string {
  return Buffer.from(`${name} ${macAddress}`).toString("hex");
}
