import type { HostStats } from "@yagura/agent-protocol";
import { MiB } from "@yagura/std/units.ts";
import type { HostFacts, HostStatistics } from "../domain/host/host.ts";
import { numberOr, toNumber } from "./numbers.ts";
import { readNicUse, readNumaNodeUse } from "./read-host-equipment.ts";

/** @param facts What is known of the host: of interfaces and NUMA nodes, those are measured. */
export function readHostStatistics(stats: HostStats, nowMs: number, facts: HostFacts | undefined): HostStatistics {
  const bootSeconds = toNumber(stats.bootTime);
  return {
    atMs: nowMs,
    memoryUsedPercent: numberOr(stats.memUsed, 0),
    memoryFreeBytes: stats.memFree * MiB,
    swapTotalBytes: (stats.swapTotal ?? 0) * MiB,
    swapFreeBytes: (stats.swapFree ?? 0) * MiB,
    cpuUserPercent: numberOr(stats.cpuUser, 0),
    cpuSystemPercent: numberOr(stats.cpuSys, 0),
    cpuIdlePercent: numberOr(stats.cpuIdle, 100),
    loadAverage5m: numberOr(stats.cpuLoad, 0),
    ksmCpuPercent: stats.ksmCpu ?? 0,
    ...(bootSeconds !== undefined && { bootedAtMs: bootSeconds * 1000 }),
    vmCount: stats.vmCount,
    activeVmCount: stats.vmActive,
    migratingVmCount: stats.vmMigrating ?? 0,
    nics: readNicUse(stats, facts?.nics ?? []),
    numaNodes: readNumaNodeUse(stats, facts?.numaNodes ?? []),
  };
}

/** How the host sees one storage domain. */
export interface SeenDomain {
  readonly isValid: boolean;
  /** Why it cannot be used, as the agents number it; 0 where nothing is wrong. */
  readonly code: number;
  /** Whether the host has its number there: without, it holds no lease. */
  readonly isAcquired: boolean;
  /** How long the last look at it took. */
  readonly delayMs: number;
}

export function readSeenDomains(stats: HostStats): ReadonlyMap<string, SeenDomain> {
  return new Map(
    Object.entries(stats.storageDomains).map(([domainId, vitals]) => [
      domainId,
      {
        isValid: vitals.valid && vitals.code === 0,
        code: vitals.code,
        isAcquired: vitals.acquired,
        delayMs: numberOr(vitals.delay, 0) * 1000,
      },
    ]),
  );
}
