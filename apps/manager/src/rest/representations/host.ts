import type { Host as RestHost, SpmStatus } from "@yagura/rest-model";
import type { Host } from "../../domain/host/host.ts";
import type { Links } from "../links.ts";
import { renderFullVersion, renderVersion } from "./common.ts";

export function renderHost(host: Host, spmStatus: SpmStatus, links: Links): RestHost {
  const { facts, statistics } = host;
  return {
    ...links.of("host", "hosts", host.id),
    name: host.name,
    description: host.description,
    comment: host.comment,
    address: host.address,
    auto_numa_status: "unknown",
    ...(host.certificateSubject !== undefined && {
      certificate: { subject: host.certificateSubject, organization: organizationOf(host.certificateSubject) },
    }),
    external_status: "ok",
    kdump_status: "disabled",
    ksm: { enabled: false },
    // Ansible's ovirt_host reads `os.custom_kernel_cmdline` of every host, also of one that has never answered.
    os: {
      custom_kernel_cmdline: "",
      ...(facts !== undefined && { type: facts.os.name, version: renderFullVersion(facts.os.version) }),
    },
    port: host.port,
    power_management: { enabled: false, automatic_pm_enabled: true, kdump_detection: true, pm_proxies: [] },
    protocol: "stomp",
    se_linux: { mode: facts?.hasSelinuxEnforcing === true ? "enforcing" : "disabled" },
    spm: { priority: host.spmPriority, status: spmStatus },
    ssh: { port: 22 },
    status: host.status,
    ...(host.statusReason !== undefined && { status_detail: host.statusReason }),
    summary: {
      active: statistics?.activeVmCount ?? 0,
      migrating: statistics?.migratingVmCount ?? 0,
      total: statistics?.vmCount ?? 0,
    },
    transparent_huge_pages: { enabled: true },
    type: "rhel",
    update_available: false,
    vgpu_placement: "consolidated",
    cluster: links.ref("clusters", host.clusterId),
    ...(facts !== undefined && renderFacts(facts)),
    ...(statistics !== undefined && { max_scheduling_memory: statistics.memoryFreeBytes }),
  };
}

function renderFacts(facts: NonNullable<Host["facts"]>): Partial<RestHost> {
  const { cpu, hardware } = facts;
  // The host counts all its cores and threads, v4 those of one socket and of one core.
  const coresOfSocket = Math.max(1, Math.round(cpu.cores / Math.max(1, cpu.sockets)));
  const threadsOfCore = Math.max(1, Math.round(cpu.threads / Math.max(1, cpu.cores)));
  return {
    cpu: {
      name: cpu.model,
      speed: cpu.speedMhz,
      topology: { sockets: cpu.sockets, cores: coresOfSocket, threads: threadsOfCore },
    },
    device_passthrough: { enabled: false },
    hardware_information: {
      family: hardware.family,
      manufacturer: hardware.manufacturer,
      product_name: hardware.productName,
      serial_number: hardware.serialNumber,
      supported_rng_sources: ["urandom"],
      uuid: hardware.uuid,
      version: hardware.version,
    },
    iscsi: { initiator: facts.iscsiInitiator },
    libvirt_version: renderFullVersion(facts.libvirtVersion),
    memory: facts.memoryBytes,
    numa_supported: false,
    version: { ...renderVersion(facts.agentVersion), ...renderFullVersion(facts.agentVersion) },
  };
}

/** "CN=one,O=Yagura" -> "Yagura" */
function organizationOf(subject: string): string {
  return /(?:^|,)\s*O=([^,]*)/.exec(subject)?.[1] ?? "";
}
