import type { ExitedVmStats, RunningVmStats, VmStats } from "@yagura/agent-protocol";
import { type VmEvent, vmEventOfHostWord } from "@yagura/lifecycles";
import { findId, type VmId } from "@yagura/std/ids.ts";
import { KiB } from "@yagura/std/units.ts";
import type { GuestFacts, GuestNic, VmDisplay, VmStatistics } from "../domain/vm/vm.ts";
import { numberOr, toNumber } from "./numbers.ts";

/** What a host tells about one guest, in our words. */
export interface VmReport {
  readonly vmId: VmId;
  readonly name: string;
  readonly event: VmEvent;
  /** Only of a guest that has ended. */
  readonly exit?: { readonly isFailure: boolean; readonly reason: number; readonly message: string };
  readonly pauseCode?: string;
  readonly elapsedMs?: number;
  readonly guest?: GuestFacts;
  readonly statistics?: VmStatistics;
  readonly displays: readonly VmDisplay[];
}

/** `undefined` for a guest whose id or state we cannot read: it is left alone. */
export function readVmReport(stats: VmStats, nowMs: number): VmReport | undefined {
  const vmId = findId<VmId>(stats.vmId);
  const event = vmEventOfHostWord(stats.status);
  if (vmId === undefined || event === undefined) return undefined;
  if (isExited(stats)) {
    const exit = { isFailure: stats.exitCode !== 0, reason: stats.exitReason, message: stats.exitMessage };
    return { vmId, name: stats.vmName ?? "", event, exit, displays: [] };
  }
  const elapsedSeconds = toNumber(stats.elapsedTime);
  const isSilent = stats.monitorResponse === "-1";
  return {
    vmId,
    name: stats.vmName ?? "",
    event: isSilent && event === "seen-up" ? "seen-not-responding" : event,
    ...(event === "seen-paused" && stats.pauseCode !== undefined && { pauseCode: stats.pauseCode }),
    ...(elapsedSeconds !== undefined && { elapsedMs: elapsedSeconds * 1000 }),
    ...readGuest(stats),
    statistics: readStatistics(stats, nowMs),
    displays: (stats.displayInfo ?? []).map((display) => ({
      type: display.type,
      address: display.ipAddress ?? "",
      ...port("port", display.port),
      ...port("tlsPort", display.tlsPort),
    })),
  };
}

function isExited(stats: VmStats): stats is ExitedVmStats {
  return stats.status === "Down" && "exitCode" in stats;
}

function port<Key extends string>(key: Key, text: string | undefined): { [K in Key]?: number } {
  const value = toNumber(text);
  return (value === undefined || value <= 0 ? {} : { [key]: value }) as { [K in Key]?: number };
}

/** Nothing, as long as no guest agent has said anything. */
function readGuest(stats: RunningVmStats): { guest?: GuestFacts } {
  const nics: GuestNic[] = (stats.netIfaces ?? []).map((nic) => ({
    name: nic.name,
    macAddress: (nic.hw ?? "").toLowerCase(),
    ipv4: nic.inet ?? [],
    ipv6: nic.inet6 ?? [],
  }));
  const hasAnything = nics.length > 0 || (stats.guestName ?? "") !== "" || stats.guestOsInfo !== undefined;
  if (!hasAnything) return {};
  const { guestOsInfo: os, guestTimezone: zone } = stats;
  return {
    guest: {
      ...(stats.guestName !== undefined && stats.guestName !== "" && { hostName: stats.guestName }),
      ...(stats.guestFQDN !== undefined && stats.guestFQDN !== "" && { fqdn: stats.guestFQDN }),
      ...(os !== undefined && {
        os: {
          family: os.type ?? "",
          distribution: os.distribution ?? "",
          version: os.version ?? "",
          kernel: os.kernel ?? "",
          architecture: os.arch ?? "",
          codename: os.codename ?? "",
        },
      }),
      ...(zone !== undefined && { timeZone: { name: zone.zone, offsetMinutes: zone.offset } }),
      nics,
      fileSystems: (stats.disksUsage ?? []).map((mount) => ({
        path: mount.path,
        type: mount.fs ?? "",
        totalBytes: numberOr(mount.total, 0),
        usedBytes: numberOr(mount.used, 0),
      })),
      users: (stats.username ?? "")
        .split(",")
        .map((user) => user.trim())
        .filter((user) => user !== "" && user !== "Unknown" && user !== "None"),
      applications: stats.appsList ?? [],
    },
  };
}

function readStatistics(stats: RunningVmStats, nowMs: number): VmStatistics {
  const { memoryStats: memory } = stats;
  const kib = (text: string | undefined): number | undefined => {
    const value = toNumber(text);
    return value === undefined ? undefined : value * KiB;
  };
  const [freeBytes, bufferedBytes, cachedBytes] = [
    kib(memory?.mem_unused ?? memory?.mem_free),
    kib(memory?.mem_buffers),
    kib(memory?.mem_cached),
  ];
  return {
    atMs: nowMs,
    cpuUserPercent: numberOr(stats.cpuUser, 0),
    cpuSystemPercent: numberOr(stats.cpuSys, 0),
    memoryUsedPercent: numberOr(stats.memUsage, 0),
    ...(freeBytes !== undefined && { memoryFreeBytes: freeBytes }),
    ...(bufferedBytes !== undefined && { memoryBufferedBytes: bufferedBytes }),
    ...(cachedBytes !== undefined && { memoryCachedBytes: cachedBytes }),
    elapsedMs: numberOr(stats.elapsedTime, 0) * 1000,
    disks: Object.entries(stats.disks ?? {}).map(([device, disk]) => {
      const actualBytes = toNumber(disk.truesize);
      return {
        imageId: disk.imageID ?? "",
        device,
        readBytesPerSecond: numberOr(disk.readRate, 0),
        writeBytesPerSecond: numberOr(disk.writeRate, 0),
        ...(actualBytes !== undefined && { actualBytes }),
      };
    }),
    nics: Object.entries(stats.network ?? {}).map(([device, nic]) => ({
      macAddress: (nic.macAddr ?? "").toLowerCase(),
      device,
      receivedBytes: numberOr(nic.rx, 0),
      sentBytes: numberOr(nic.tx, 0),
      receivedErrors: numberOr(nic.rxErrors, 0),
      sentErrors: numberOr(nic.txErrors, 0),
    })),
  };
}
