import type { HardwareInformation, VdsmCapabilities } from "@yagura/agent-protocol";
import { MiB } from "@yagura/std/units.ts";
import type { HostFacts } from "../domain/host/host.ts";
import { numberOr } from "./numbers.ts";
import { readNetworks, readNics, readNumaNodes } from "./read-host-equipment.ts";

/** What a host says of itself, in our words. */
export function readHostFacts(capabilities: VdsmCapabilities, hardware: HardwareInformation): HostFacts {
  const { operatingSystem: os, packages2: packages } = capabilities;
  const versionOf = (...names: readonly string[]): string => {
    const found = names.map((name) => packages[name]).find((each) => each !== undefined);
    if (found === undefined) return "";
    return found.release === undefined || found.release === "" ? found.version : `${found.version}-${found.release}`;
  };
  return {
    os: {
      name: os.name,
      version: [os.version, os.release].filter((part) => part !== undefined && part !== "").join(" - "),
      prettyName: os.pretty_name ?? os.name,
      kernel: versionOf("kernel"),
    },
    agentVersion: versionOf("vdsm") || capabilities.software_version,
    libvirtVersion: versionOf("libvirt"),
    qemuVersion: versionOf("qemu-kvm", "qemu"),
    hasKvm: capabilities.kvmEnabled.toLowerCase() === "true",
    cpu: {
      model: capabilities.cpuModel,
      flags: capabilities.cpuFlags.split(",").filter((flag) => flag !== ""),
      sockets: numberOr(capabilities.cpuSockets, 1),
      cores: numberOr(capabilities.cpuCores, 1),
      threads: numberOr(capabilities.cpuThreads, 1),
      speedMhz: numberOr(capabilities.cpuSpeed, 0),
    },
    memoryBytes: numberOr(capabilities.memSize, 0) * MiB,
    reservedMemoryBytes: numberOr(capabilities.reservedMem, 0) * MiB,
    emulatedMachines: capabilities.emulatedMachines,
    clusterLevels: capabilities.clusterLevels,
    networks: Object.keys(capabilities.networks),
    iscsiInitiator: capabilities.ISCSIInitiatorName ?? "",
    hasSelinuxEnforcing: capabilities.selinux?.mode === "1",
    hardware: {
      manufacturer: hardware.systemManufacturer ?? "",
      productName: hardware.systemProductName ?? "",
      version: hardware.systemVersion ?? "",
      serialNumber: hardware.systemSerialNumber ?? "",
      uuid: hardware.systemUUID ?? capabilities.uuid,
      family: hardware.systemFamily ?? "",
    },
    nics: readNics(capabilities),
    networksSeen: readNetworks(capabilities),
    numaNodes: readNumaNodes(capabilities),
  };
}
