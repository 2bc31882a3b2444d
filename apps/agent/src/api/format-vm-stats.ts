import type {
  BalloonInfo,
  ExitedVmStats,
  GuestMemoryStats,
  NetworkInterfaceStatsMap,
  RunningVmStats,
  VmDiskStatsMap,
  VmStats,
  VmStatusDetails,
} from "@yagura/agent-protocol";
import type { DescribedDisk } from "@yagura/domain-xml";
import { EVENT_TIME_BASE } from "../event-clock.ts";
import { type GuestData, reachableAddresses } from "../virt/guest-data.ts";
import type { VmView } from "../virt/vm.ts";
import { exitReasons } from "../virt/vm-exit.ts";
import type { DiskUsage, VmUsage } from "../virt/vm-usage.ts";

/** The statistics of one VM as `VM.getStats` and `Host.getAllVmStats` give them. vdsm lib/vdsm/virt/vm.py: getStats */
export function formatVmStats(vm: VmView, nowMs: number): VmStats {
  return vm.status === "Down" ? formatExited(vm) : formatRunning(vm, nowMs);
}

/** What the event `VM_status` tells. */
export function formatVmStatus(vm: VmView, nowMs: number): VmStatusDetails {
  if (vm.status === "Down") return { status: "Down", timeOffset: "0", ...formatExit(vm) };
  return {
    status: vm.status,
    timeOffset: "0",
    hash: vm.xmlDigest,
    cpuUser: percent(vm.usage?.guestCpuPercent),
    cpuSys: percent(vm.usage?.systemCpuPercent),
    elapsedTime: elapsedSeconds(vm, nowMs),
    monitorResponse: vm.isResponding ? "0" : "-1",
    clientIp: vm.consoleClient ?? "",
    pauseCode: vm.pauseCode,
    ...formatDisplay(vm),
    ...(vm.ioError !== undefined && {
      ioerror: { alias: vm.ioError.alias, name: vm.ioError.path, path: vm.ioError.path },
    }),
  };
}

export function formatStatusTime(vm: VmView): string {
  return String(EVENT_TIME_BASE + Math.round(vm.statusSinceMs));
}

function formatExited(vm: VmView): ExitedVmStats {
  return {
    vmId: vm.vmId,
    vmName: vm.name,
    status: "Down",
    statusTime: formatStatusTime(vm),
    timeOffset: 0,
    ...formatExit(vm),
  };
}

function formatExit(vm: VmView): Pick<ExitedVmStats, "exitCode" | "exitMessage" | "exitReason"> {
  const { code, reason, message } = vm.exit ?? { code: 1, reason: "genericError", message: "" };
  return { exitCode: code, exitMessage: message, exitReason: exitReasons[reason] };
}

function formatRunning(vm: VmView, nowMs: number): RunningVmStats {
  return {
    vmId: vm.vmId,
    vmName: vm.name,
    vmType: "kvm",
    status: vm.status,
    statusTime: formatStatusTime(vm),
    elapsedTime: elapsedSeconds(vm, nowMs),
    pid: String(vm.pid ?? 0),
    hash: vm.xmlDigest,
    monitorResponse: vm.isResponding ? "0" : "-1",
    timeOffset: "0",
    kvmEnable: String(vm.domain?.domainType === "kvm"),
    acpiEnable: "true",
    pauseCode: vm.pauseCode,
    clientIp: vm.consoleClient ?? "",
    cpuUser: percent(vm.usage?.guestCpuPercent),
    cpuSys: percent(vm.usage?.systemCpuPercent),
    cpuUsage: String(vm.usage?.cpuTimeNs ?? 0),
    cpuActual: vm.usage !== undefined,
    vcpuCount: String(vm.usage?.vcpuCount || vm.domain?.vcpuCount || 0),
    ...formatDisplay(vm),
    ...formatMemory(vm),
    network: formatNics(vm),
    disks: formatDisks(vm),
    ...formatGuest(vm.guest),
    ...(vm.asideBecause !== undefined && { exitMessage: `put aside by the host agent: ${vm.asideBecause}` }),
  };
}

function formatDisplay({ domain }: VmView) {
  const displays = (domain?.graphics ?? []).filter((graphics) => graphics.type === "vnc" || graphics.type === "spice");
  const [first] = displays;
  return {
    displayInfo: displays.map(({ type, address, port, tlsPort }) => ({
      type: type === "spice" ? ("spice" as const) : ("vnc" as const),
      port: String(port ?? -1),
      tlsPort: String(tlsPort ?? -1),
      ipAddress: address ?? "0",
    })),
    displayIp: first?.address ?? "0",
    displayPort: String(first?.port ?? -1),
    displaySecurePort: String(first?.tlsPort ?? -1),
    displayType: first?.type === "spice" ? ("qxl" as const) : ("vnc" as const),
  };
}

function formatMemory({ usage, domain }: VmView): {
  memUsage: string;
  balloonInfo?: BalloonInfo;
  memoryStats?: GuestMemoryStats;
} {
  if (usage === undefined) return { memUsage: "0" };
  const { balloonKiB, balloonMaxKiB, guest } = usage.memory;
  const guaranteedMb = Number(domain?.metadata?.values["minGuaranteedMemoryMb"] ?? 0);
  const balloonInfo: BalloonInfo = {
    balloon_cur: String(balloonKiB),
    balloon_max: String(balloonMaxKiB),
    balloon_min: String(guaranteedMb * 1024),
    balloon_target: String(balloonKiB),
    ballooning_enabled: true,
  };
  if (guest === undefined) return { memUsage: "0", balloonInfo };
  const { availableKiB, unusedKiB, usableKiB, cachesKiB } = guest;
  const freeKiB = usableKiB || unusedKiB;
  return {
    memUsage: availableKiB === 0 ? "0" : String(Math.round(100 - (freeKiB / availableKiB) * 100)),
    balloonInfo,
    memoryStats: {
      mem_total: String(availableKiB),
      mem_free: String(freeKiB),
      mem_unused: String(unusedKiB),
      mem_cached: String(cachesKiB),
      mem_buffers: "0",
      swap_in: String(guest.swapIn),
      swap_out: String(guest.swapOut),
      majflt: String(guest.majorFaults),
      minflt: String(guest.minorFaults),
      pageflt: String(guest.majorFaults + guest.minorFaults),
    },
  };
}

function formatNics({ domain, usage }: VmView): NetworkInterfaceStatsMap {
  return Object.fromEntries(
    (usage?.nics ?? []).map((nic) => {
      const described = domain?.nics.find((one) => one.hostDevice === nic.device);
      return [
        nic.device,
        {
          name: nic.device,
          macAddr: described?.mac ?? "",
          state: "unknown",
          speed: "1000",
          rx: String(nic.rxBytes),
          tx: String(nic.txBytes),
          rxErrors: String(nic.rxErrors),
          txErrors: String(nic.txErrors),
          rxDropped: String(nic.rxDropped),
          txDropped: String(nic.txDropped),
          sampleTime: sampleSeconds(usage),
        },
      ];
    }),
  );
}

function formatDisks({ domain, usage }: VmView): VmDiskStatsMap {
  return Object.fromEntries(
    (domain?.disks ?? []).map((disk) => {
      const used = usage?.disks.find((one) => one.target === disk.target);
      const imageID = disk.volume?.imageId;
      return [disk.target, { ...formatDiskUsage(disk, used), ...(imageID !== undefined && { imageID }) }];
    }),
  );
}

function formatDiskUsage(described: DescribedDisk, disk: DiskUsage | undefined) {
  return {
    truesize: String(disk?.physicalBytes ?? 0),
    apparentsize: String(disk === undefined ? 0 : apparentBytes(described, disk)),
    readRate: percent(disk?.readBytesPerSecond),
    writeRate: percent(disk?.writtenBytesPerSecond),
    readBytes: String(disk?.readBytes ?? 0),
    writtenBytes: String(disk?.writtenBytes ?? 0),
    readOps: String(disk?.readOps ?? 0),
    writeOps: String(disk?.writeOps ?? 0),
    readLatency: String(disk?.readLatencyNs ?? 0),
    writeLatency: String(disk?.writeLatencyNs ?? 0),
    flushLatency: String(disk?.flushLatencyNs ?? 0),
  };
}

/** The length of the file or device, from what QEMU says: files of a mount whose server is silent are not asked. */
function apparentBytes({ source, format }: DescribedDisk, disk: DiskUsage): number {
  if (source?.kind === "block") return disk.physicalBytes;
  return format === "raw" ? disk.capacityBytes : Math.max(disk.physicalBytes, disk.writtenUpToBytes);
}

function formatGuest(guest: GuestData): Partial<RunningVmStats> {
  const { os, timezone, nics = [], users = [], fileSystems = [] } = guest;
  return {
    username: users[0] ?? "Unknown",
    session: users.length > 0 ? "UserLoggedOn" : "Unknown",
    guestIPs: reachableAddresses(nics).join(" "),
    guestFQDN: guest.hostName ?? "",
    guestName: guest.hostName ?? "",
    guestOs: os?.kernel ?? "",
    guestCPUCount: guest.onlineVcpus ?? -1,
    appsList: guest.agentVersion === undefined ? [] : [`qemu-guest-agent-${guest.agentVersion}`],
    netIfaces: nics.map(({ name, mac, ipv4, ipv6 }) => ({ name, hw: mac, inet: [...ipv4], inet6: [...ipv6] })),
    disksUsage: fileSystems.map(({ mountPoint, type, totalBytes, usedBytes }) => ({
      path: mountPoint,
      fs: type,
      total: String(totalBytes),
      used: String(usedBytes),
    })),
    ...(timezone !== undefined && {
      guestTimezone: { offset: Math.round(timezone.offsetSeconds / 60), zone: timezone.name },
    }),
    ...(os !== undefined && {
      guestOsInfo: {
        type: os.id === "mswindows" ? "windows" : "linux",
        arch: os.machine,
        kernel: os.kernel,
        distribution: os.name,
        version: os.versionId,
        codename: os.version,
      },
    }),
  };
}

function elapsedSeconds({ startedAtMs }: VmView, nowMs: number): string {
  return String(startedAtMs === undefined ? 0 : Math.max(0, Math.round((nowMs - startedAtMs) / 1000)));
}

function sampleSeconds(usage: VmUsage | undefined): number {
  return (usage?.sampledAtMs ?? 0) / 1000;
}

function percent(value: number | undefined): string {
  return (value ?? 0).toFixed(2);
}
