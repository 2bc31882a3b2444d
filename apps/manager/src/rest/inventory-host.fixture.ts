import { GiB } from "@yagura/std/units.ts";
import type { HostFacts, HostStatistics } from "../domain/host/host.ts";
import { managementNetworkName } from "../domain/network/network.ts";

/** A host with one interface, over which a network of the Manager's goes and one that it does not know. */
export const hostFacts: HostFacts = {
  os: { name: "Debian", version: "12 - 12 (bookworm)", prettyName: "Debian GNU/Linux 12", kernel: "6.1.0-13" },
  agentVersion: "4.50.7-1",
  libvirtVersion: "9.0.0-1",
  qemuVersion: "7.2.0-1",
  hasKvm: true,
  cpu: { model: "CPU", flags: ["vmx"], sockets: 1, cores: 2, threads: 4, speedMhz: 2400 },
  memoryBytes: 16 * GiB,
  reservedMemoryBytes: 0,
  emulatedMachines: ["pc-q35-7.2"],
  clusterLevels: ["4.7"],
  networks: [managementNetworkName, "stray"],
  iscsiInitiator: "iqn.2026-11.org.example:one",
  hasSelinuxEnforcing: false,
  hardware: { manufacturer: "", productName: "", version: "", serialNumber: "", uuid: "", family: "" },
  nics: [{ name: "eth0", macAddress: "02:00:00:00:00:01", speedMbps: 1000, mtuBytes: 1500, ipv6: [] }],
  networksSeen: [
    {
      name: managementNetworkName,
      nicName: "eth0",
      isBridged: true,
      ipv4: { address: "192.0.2.1", netmask: "255.255.255.0" },
      ipv6: ["2001:db8::1"],
    },
    { name: "stray", nicName: "eth0", isBridged: false, ipv6: [] },
  ],
  numaNodes: [{ index: 0, memoryBytes: 16 * GiB, cpus: [0, 1, 2, 3] }],
};

export function hostStatistics(atMs: number): HostStatistics {
  return {
    atMs,
    memoryUsedPercent: 25,
    memoryFreeBytes: 12 * GiB,
    swapTotalBytes: 0,
    swapFreeBytes: 0,
    cpuUserPercent: 5,
    cpuSystemPercent: 5,
    cpuIdlePercent: 90,
    loadAverage5m: 0.5,
    ksmCpuPercent: 0,
    vmCount: 1,
    activeVmCount: 1,
    migratingVmCount: 0,
    nics: [
      {
        name: "eth0",
        receivedBytes: 1000,
        sentBytes: 900,
        receivedErrors: 0,
        sentErrors: 0,
        receivedDropped: 0,
        sentDropped: 0,
      },
    ],
    numaNodes: [{ index: 0, memoryFreeBytes: 12 * GiB }],
  };
}
