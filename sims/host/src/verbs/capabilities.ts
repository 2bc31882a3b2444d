import { isIPv4 } from "node:net";
import type { NetInfoNetwork, VdsmCapabilities, VdsmNetworkCapabilities } from "@yagura/agent-protocol";
import type { HostWorld } from "../world/host-world.ts";

const cpuFlags = [
  "fpu", "vme", "de", "pse", "tsc", "msr", "pae", "mce", "cx8", "apic", "sep", "mtrr", "pge", "mca", "cmov", "pat", "clflush", "mmx", "fxsr", "sse", "sse2",
  "ssse3", "sse4_1", "sse4_2", "popcnt", "aes", "nx", "lm", "vmx", "svm",
  "model_qemu64", "model_Conroe", "model_Penryn", "model_Nehalem", "model_Westmere", "model_SandyBridge", "model_Opteron_G1", "model_Opteron_G2", "model_Opteron_G3",
]; // biome-ignore format: one list

const addressing = {
  addr: "",
  netmask: "",
  gateway: "",
  ipv4addrs: [],
  ipv6addrs: [],
  ipv6gateway: "::",
  dhcpv4: false,
  dhcpv6: false,
};

/** What a host of this kind can do, in the form and with the words of VDSM 4.50. */
export function formatCapabilities(world: HostWorld, localAddress: string | undefined): VdsmCapabilities {
  const { hostId, hardware } = world;
  const threads = hardware.cpuCores * 2;
  return {
    ...formatNetworkCapabilities(world, localAddress),
    nics: nicsOf(),
    bondings: {},
    vlans: {},
    uuid: hostId,
    software_version: "4.50.7",
    software_revision: "1",
    version_name: "Simulated",
    clusterLevels: ["4.2", "4.3", "4.4", "4.5", "4.6", "4.7"],
    supportedENGINEs: ["4.2", "4.3", "4.4", "4.5"],
    cpuFlags: cpuFlags.join(","),
    cpuModel: "Simulated CPU",
    cpuSpeed: "2400",
    cpuSockets: String(hardware.cpuSockets),
    cpuCores: String(hardware.cpuCores),
    cpuThreads: String(threads),
    onlineCpus: Array.from({ length: threads }, (_, cpu) => cpu).join(","),
    memSize: String(hardware.memoryMib),
    reservedMem: "321",
    guestOverhead: "65",
    kvmEnabled: "true",
    emulatedMachines: ["pc-q35-7.2", "q35", "pc-q35-rhel8.6.0", "pc-i440fx-7.2", "pc"],
    vmTypes: ["kvm"],
    packages2: {
      vdsm: { version: "4.50.7", release: "1" },
      "qemu-kvm": { version: "7.2.0", release: "1" },
      libvirt: { version: "9.0.0", release: "1" },
      kernel: { version: "6.1.0", release: "1" },
    },
    operatingSystem: { name: "Debian", version: "12", release: "12", pretty_name: "Simulated Debian GNU/Linux 12" },
    additionalFeatures: [],
    rngSources: ["random", "hwrng"],
    ISCSIInitiatorName: `iqn.2026-11.org.example:${hostId}`,
    HBAInventory: { FC: [], iSCSI: [] },
    selinux: { mode: "-1" },
    kdumpStatus: 0,
    autoNumaBalancing: 2,
    numaNodes: {
      0: { cpus: Array.from({ length: threads }, (_, cpu) => cpu), totalMemory: String(hardware.memoryMib) },
    },
    numaNodeDistance: { 0: [10] },
    hostdevPassthrough: "false",
    liveMerge: "true",
    liveSnapshot: "true",
    backupEnabled: true,
    domain_versions: [0, 2, 3, 4, 5],
    lastClientIface: "ovirtmgmt",
    vncEncrypted: "false",
    fipsEnabled: false,
    kernelArgs: "quiet",
  };
}

export function formatNetworkCapabilities(world: HostWorld, localAddress?: string): VdsmNetworkCapabilities {
  const mapped = (localAddress ?? "").replace(/^::ffff:/, "");
  const address = isIPv4(mapped) ? mapped : "127.0.0.1";
  const networks = Object.fromEntries(world.networks.map((name) => [name, networkOf(name, address)]));
  return {
    networks,
    bridges: networks,
    vlans: {},
    bondings: {},
    nics: nicsOf(),
    netConfigDirty: "False",
    supportsIPv6: true,
    nameservers: [],
  };
}

function networkOf(name: string, address: string): NetInfoNetwork {
  const isManagement = name === "ovirtmgmt";
  return {
    ...addressing,
    iface: name,
    bridged: true,
    ports: isManagement ? ["eth0"] : [],
    stp: "off",
    mtu: "1500",
    ...(isManagement && { addr: address, netmask: "255.255.255.0", ipv4addrs: [`${address}/24`] }),
  };
}

function nicsOf(): VdsmCapabilities["nics"] {
  return { eth0: { ...addressing, speed: 1000, hwaddr: "02:00:00:00:00:01", mtu: "1500" } };
}
