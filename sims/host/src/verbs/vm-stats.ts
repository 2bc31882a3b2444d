import type { ExitedVmStats, RunningVmStats, VmStats } from "@yagura/agent-protocol";
import type { DescribedNic } from "@yagura/domain-xml";
import { KiB } from "@yagura/std/units.ts";
import { type SimulatedVm, tapOf } from "../world/vm.ts";

/** What a host tells of one guest. `nowMs` is monotonic. */
export function formatVmStats(vm: SimulatedVm, nowMs: number): VmStats {
  return vm.status === "Down" ? exitedStats(vm) : runningStats(vm, nowMs);
}

function exitedStats({ vmId, domain, status, statusTime, exit }: SimulatedVm): ExitedVmStats {
  return {
    vmId,
    vmName: domain.name,
    status,
    statusTime: String(statusTime),
    exitCode: exit?.exitCode ?? 1,
    exitReason: exit?.exitReason ?? 1,
    exitMessage: exit?.exitMessage ?? "",
  };
}

function runningStats(vm: SimulatedVm, nowMs: number): RunningVmStats {
  const { domain } = vm;
  const elapsedSeconds = Math.floor((nowMs - vm.startedAtMs) / 1000);
  const memoryKib = Math.floor(domain.memoryBytes / KiB);
  return {
    vmId: vm.vmId,
    vmName: domain.name,
    vmType: "kvm",
    status: vm.status,
    statusTime: String(vm.statusTime),
    elapsedTime: String(elapsedSeconds),
    pid: String(vm.pid),
    hash: String(vm.hash),
    monitorResponse: "0",
    timeOffset: "0",
    kvmEnable: "true",
    acpiEnable: "true",
    pauseCode: vm.pauseCode,
    cpuUser: "2.00",
    cpuSys: "0.50",
    cpuUsage: String(elapsedSeconds * 25_000_000),
    cpuActual: true,
    vcpuCount: String(domain.vcpuCount),
    guestCPUCount: vm.hasGuestAgent ? domain.vcpuCount : -1,
    memUsage: vm.hasGuestAgent ? "30" : "0",
    balloonInfo: {
      balloon_cur: String(memoryKib),
      balloon_max: String(memoryKib),
      balloon_min: String(memoryKib),
      balloon_target: String(memoryKib),
      ballooning_enabled: true,
    },
    network: Object.fromEntries(
      domain.nics.map((nic, index) => [tapOf(vm, index), nicStats(vm, nic, index, elapsedSeconds)]),
    ),
    disks: Object.fromEntries(
      domain.disks.map((disk) => [
        disk.target,
        {
          ...(disk.volume !== undefined && { imageID: disk.volume.imageId }),
          truesize: "1073741824",
          apparentsize: "10737418240",
          readRate: "1024.0",
          writeRate: "2048.0",
          readBytes: String(elapsedSeconds * 1024),
          writtenBytes: String(elapsedSeconds * 2048),
          readOps: String(elapsedSeconds),
          writeOps: String(elapsedSeconds * 2),
          readLatency: "0",
          writeLatency: "0",
          flushLatency: "0",
        },
      ]),
    ),
    displayInfo: domain.graphics.flatMap(({ type }) =>
      type === "vnc" || type === "spice"
        ? [{ type, ipAddress: "127.0.0.1", port: String(5900 + (vm.pid % 1000)), tlsPort: "-1" }]
        : [],
    ),
    clientIp: "",
    guestIPs: "",
    session: "Unknown",
    username: "Unknown",
    guestFQDN: "",
    ...(vm.hasGuestAgent && guestData(vm)),
  };
}

function nicStats(vm: SimulatedVm, nic: DescribedNic, index: number, elapsedSeconds: number) {
  return {
    name: tapOf(vm, index),
    macAddr: nic.mac,
    state: "up" as const,
    speed: "1000",
    rx: String(elapsedSeconds * 500),
    tx: String(elapsedSeconds * 300),
    rxErrors: "0",
    txErrors: "0",
    rxDropped: "0",
    txDropped: "0",
    sampleTime: elapsedSeconds,
  };
}

/** What the guest agent of every simulated guest says. Addresses follow from the MAC, so that each has its own. */
function guestData({ domain }: SimulatedVm): Partial<RunningVmStats> {
  const hostName = domain.name.toLowerCase().replace(/[^a-z0-9-]/g, "-");
  const netIfaces = domain.nics.map((nic, index) => ({
    name: `eth${index}`,
    hw: nic.mac,
    inet: [addressOf(nic.mac)],
    inet6: [],
  }));
  return {
    guestName: hostName,
    guestFQDN: `${hostName}.example.com`,
    guestIPs: netIfaces.flatMap(({ inet }) => inet).join(" "),
    netIfaces,
    guestOs: "6.1.0-simulated",
    guestOsInfo: {
      type: "linux",
      distribution: "Debian GNU/Linux",
      version: "12",
      codename: "bookworm",
      arch: "x86_64",
      kernel: "6.1.0-simulated",
    },
    guestTimezone: { offset: 0, zone: "UTC" },
    disksUsage: [{ path: "/", fs: "ext4", total: "10000000000", used: "1000000000" }],
    username: "root",
    session: "UserLoggedOn",
    appsList: ["kernel-6.1.0", "qemu-guest-agent-7.2"],
    memoryStats: {
      mem_total: "1000000",
      mem_free: "700000",
      mem_unused: "700000",
      mem_cached: "100000",
      mem_buffers: "10000",
    },
  };
}

function addressOf(mac: string): string {
  const bytes = mac.split(":").map((byte) => Number.parseInt(byte, 16));
  return `10.${bytes[3] ?? 0}.${bytes[4] ?? 0}.${bytes[5] ?? 0}`;
}
