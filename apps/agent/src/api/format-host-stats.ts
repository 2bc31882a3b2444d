import type { HostStats } from "@yagura/agent-protocol";
import { MiB } from "@yagura/std/units.ts";
import type { CpuUsage, HostUsage } from "../monitoring/host-usage.ts";
import type { DomainVitals } from "../storage/contract/domains.ts";
import { hasProcess, type VmStatus } from "../virt/vm-status.ts";

export interface HostStatsView {
  readonly usage: HostUsage;
  /** Of all VMs on the host. */
  readonly statuses: readonly VmStatus[];
  readonly domains: ReadonlyMap<string, DomainVitals>;
  readonly nowMs: number;
}

/** What `Host.getStats` answers. vdsm lib/vdsm/host/stats.py */
export function formatHostStats({ usage, statuses, domains, nowMs }: HostStatsView): HostStats {
  const { memory } = usage;
  const migrating = statuses.filter((status) => status.startsWith("Migration ")).length;
  return {
    ...formatCpu(usage.cpu),
    cpuLoad: usage.loadAverage.toFixed(2),
    cpuUserVdsmd: usage.agentUserPercent.toFixed(2),
    cpuSysVdsmd: usage.agentSystemPercent.toFixed(2),
    cpuStatistics: Object.fromEntries(
      [...usage.cores].map(([core, cpu]) => [String(core), { ...formatCpu(cpu), nodeIndex: 0 }]),
    ),
    memUsed: String(memory.usedPercent),
    memFree: toMiB(memory.freeBytes),
    memShared: toMiB(memory.sharedBytes),
    swapTotal: toMiB(memory.swapTotalBytes),
    swapFree: toMiB(memory.swapFreeBytes),
    anonHugePages: String(toMiB(memory.anonHugePagesBytes)),
    thpState: usage.hugePages,
    numaNodeMemFree: {
      "0": { memFree: String(toMiB(memory.freeBytes)), memPercent: memory.usedPercent, hugepages: {} },
    },
    ksmState: usage.ksm.isRunning,
    ksmPages: usage.ksm.pages,
    ksmCpu: 0,
    ksmMergeAcrossNodes: usage.ksm.mergesAcrossNodes,
    momStatus: "inactive",
    network: Object.fromEntries(
      [...usage.interfaces].map(([name, counters]) => [
        name,
        {
          name,
          state: "up",
          speed: "1000",
          rx: String(counters.rxBytes),
          tx: String(counters.txBytes),
          rxErrors: String(counters.rxErrors),
          txErrors: String(counters.txErrors),
          rxDropped: String(counters.rxDropped),
          txDropped: String(counters.txDropped),
          sampleTime: usage.sampledAtMs / 1000,
        },
      ]),
    ),
    rxDropped: String(sum(usage, "rxDropped")),
    txDropped: String(sum(usage, "txDropped")),
    diskStats: {},
    storageDomains: Object.fromEntries(
      [...domains].map(([domainId, vitals]) => [
        domainId,
        {
          acquired: vitals.isAcquired,
          actual: vitals.isActual,
          valid: vitals.isValid,
          code: vitals.code,
          version: vitals.version,
          delay: vitals.delaySeconds.toFixed(6),
          lastCheck: vitals.lastCheckSeconds.toFixed(1),
        },
      ]),
    ),
    vmCount: statuses.length,
    vmActive: statuses.filter(hasProcess).length,
    vmMigrating: migrating,
    incomingVmMigrations: statuses.filter((status) => status === "Migration Destination").length,
    outgoingVmMigrations: statuses.filter((status) => status === "Migration Source").length,
    netConfigDirty: "False",
    elapsedTime: String(Math.round((nowMs - usage.bootedAtMs) / 1000)),
    dateTime: `${new Date(nowMs).toISOString().slice(0, "2026-11-22T10:00:00".length)} GMT`,
    bootTime: String(Math.round(usage.bootedAtMs / 1000)),
    haStats: { active: false, configured: false, score: 0, localMaintenance: false, globalMaintenance: false },
    haScore: 0,
  };
}

function formatCpu({ userPercent, systemPercent, idlePercent }: CpuUsage) {
  return { cpuUser: userPercent.toFixed(2), cpuSys: systemPercent.toFixed(2), cpuIdle: idlePercent.toFixed(2) };
}

function sum({ interfaces }: HostUsage, counter: "rxDropped" | "txDropped"): number {
  return [...interfaces.values()].reduce((total, counters) => total + counters[counter], 0);
}

function toMiB(bytes: number): number {
  return Math.floor(bytes / MiB);
}
