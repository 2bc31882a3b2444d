import type { HostStats, StorageDomainVitalsMap } from "@yagura/agent-protocol";
import type { HostWorld } from "../world/host-world.ts";

/** What a host measures of itself. */
export function formatHostStats(world: HostWorld): HostStats {
  const vms = world.vms.list();
  const running = vms.filter(({ status }) => status !== "Down");
  const { memoryMib, cpuCores } = world.hardware;
  const usedMib = 512 + world.usedMemoryMib;
  const busyPercent = Math.min(90, 1 + running.length * 3);
  const uptimeSeconds = Math.floor(world.clock.monotonicMs() / 1000);
  return {
    cpuUser: busyPercent.toFixed(2),
    cpuSys: "0.50",
    cpuIdle: (99.5 - busyPercent).toFixed(2),
    cpuLoad: (busyPercent / 100).toFixed(2),
    cpuUserVdsmd: "0.10",
    cpuSysVdsmd: "0.05",
    cpuStatistics: Object.fromEntries(
      Array.from({ length: cpuCores * 2 }, (_, cpu) => [
        String(cpu),
        { cpuUser: busyPercent.toFixed(2), cpuSys: "0.50", cpuIdle: (99.5 - busyPercent).toFixed(2), nodeIndex: 0 },
      ]),
    ),
    memUsed: String(Math.min(100, Math.round((usedMib / memoryMib) * 100))),
    memFree: Math.max(0, memoryMib - usedMib),
    memShared: 0,
    swapTotal: 1024,
    swapFree: 1024,
    anonHugePages: "0",
    thpState: "always",
    ksmState: false,
    ksmPages: 100,
    ksmCpu: 0,
    ksmMergeAcrossNodes: true,
    momStatus: "active",
    network: {
      eth0: {
        name: "eth0",
        state: "up",
        speed: "1000",
        rx: String(uptimeSeconds * 1000),
        tx: String(uptimeSeconds * 900),
        rxErrors: "0",
        txErrors: "0",
        rxDropped: "0",
        txDropped: "0",
        sampleTime: uptimeSeconds,
      },
    },
    rxDropped: "0",
    txDropped: "0",
    diskStats: { "/var/log": { free: "10000" }, "/tmp": { free: "10000" } },
    storageDomains: formatVitals(world),
    vmCount: vms.length,
    vmActive: running.length,
    vmMigrating: 0,
    incomingVmMigrations: 0,
    outgoingVmMigrations: 0,
    netConfigDirty: "False",
    elapsedTime: String(uptimeSeconds),
    dateTime: `${new Date(world.clock.nowMs()).toISOString().slice(0, 19)} GMT`,
    bootTime: String(Math.floor(world.clock.nowMs() / 1000) - uptimeSeconds),
    haScore: 0,
    haStats: { active: false, configured: false, score: 0, localMaintenance: false, globalMaintenance: false },
    numaNodeMemFree: {
      0: { memFree: String(Math.max(0, memoryMib - usedMib)), memPercent: Math.round((usedMib / memoryMib) * 100) },
    },
    multipathHealth: {},
  };
}

/** How the host sees the storage domains of its pool. */
export function formatVitals({ pool, storage }: HostWorld): StorageDomainVitalsMap {
  if (pool === undefined) return {};
  const domains = storage.domainsOf(pool.poolId).filter(({ isActive }) => isActive);
  return Object.fromEntries(
    domains.map(({ domainId, version }) => [
      domainId,
      {
        acquired: storage.sees(domainId),
        actual: true,
        valid: storage.sees(domainId),
        code: storage.sees(domainId) ? 0 : 358,
        version,
        delay: "0.000312",
        lastCheck: "2.1",
      },
    ]),
  );
}
