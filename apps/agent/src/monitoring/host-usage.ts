import type { HostSample } from "./host-sample.ts";
import type { CpuTicks, InterfaceCounters } from "./proc-files.ts";

/** How busy a CPU was between two samples, in percent. */
export interface CpuUsage {
  readonly userPercent: number;
  readonly systemPercent: number;
  readonly idlePercent: number;
}

/** What this host used, computed from its last two samples. */
export interface HostUsage {
  readonly sampledAtMs: number;
  readonly cpu: CpuUsage;
  readonly cores: ReadonlyMap<number, CpuUsage>;
  readonly agentUserPercent: number;
  readonly agentSystemPercent: number;
  readonly loadAverage: number;
  readonly memory: {
    readonly totalBytes: number;
    readonly freeBytes: number;
    readonly usedPercent: number;
    readonly sharedBytes: number;
    readonly swapTotalBytes: number;
    readonly swapFreeBytes: number;
    readonly anonHugePagesBytes: number;
  };
  readonly interfaces: ReadonlyMap<string, InterfaceCounters>;
  readonly ksm: HostSample["ksm"];
  readonly hugePages: HostSample["hugePages"];
  readonly bootedAtMs: number;
}

const idle: CpuUsage = { userPercent: 0, systemPercent: 0, idlePercent: 100 };

/** What a host used, from its last sample and the one before (which may be missing: then rates are 0). */
export function computeHostUsage(last: HostSample, before?: HostSample): HostUsage {
  const elapsedUs = before === undefined ? 0 : (last.monotonicMs - before.monotonicMs) * 1000;
  const own = (kind: "userUs" | "systemUs"): number =>
    before === undefined || elapsedUs <= 0 ? 0 : ((last.own[kind] - before.own[kind]) / elapsedUs) * 100;
  return {
    sampledAtMs: last.monotonicMs,
    cpu: cpuUsage(last.cpu.all, before?.cpu.all),
    cores: new Map([...last.cpu.cores].map(([core, ticks]) => [core, cpuUsage(ticks, before?.cpu.cores.get(core))])),
    agentUserPercent: own("userUs"),
    agentSystemPercent: own("systemUs"),
    loadAverage: last.loadAverage,
    memory: readMemory(last.memory),
    interfaces: last.interfaces,
    ksm: last.ksm,
    hugePages: last.hugePages,
    bootedAtMs: last.timeMs - last.uptimeSeconds * 1000,
  };
}

function cpuUsage(last: CpuTicks, before?: CpuTicks): CpuUsage {
  if (before === undefined) return idle;
  const user = last.user - before.user;
  const system = last.system - before.system;
  const total = user + system + (last.idle - before.idle);
  if (total <= 0) return idle;
  const userPercent = (user / total) * 100;
  const systemPercent = (system / total) * 100;
  return { userPercent, systemPercent, idlePercent: Math.max(0, 100 - userPercent - systemPercent) };
}

function readMemory(values: ReadonlyMap<string, number>): HostUsage["memory"] {
  const get = (name: string): number => values.get(name) ?? 0;
  const totalBytes = get("MemTotal");
  // What could be had without swapping, as vdsm counts it: free, buffers and caches.
  const freeBytes = get("MemFree") + get("Buffers") + get("Cached");
  return {
    totalBytes,
    freeBytes,
    usedPercent: totalBytes === 0 ? 0 : Math.max(0, Math.min(100, Math.round(100 - (freeBytes / totalBytes) * 100))),
    sharedBytes: get("Shmem"),
    swapTotalBytes: get("SwapTotal"),
    swapFreeBytes: get("SwapFree"),
    anonHugePagesBytes: get("AnonHugePages"),
  };
}
