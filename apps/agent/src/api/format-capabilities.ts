import type { NetInfoNic, VdsmCapabilities } from "@yagura/agent-protocol";
import { parseCapabilitiesXml, parseDomainCapabilitiesXml } from "@yagura/domain-xml";
import { MiB } from "@yagura/std/units.ts";
import { clusterLevels } from "../monitoring/cluster-levels.ts";
import type { HostFacts, HostNic } from "../monitoring/host-facts.ts";
import type { KvmSupport } from "../monitoring/kvm-support.ts";
import type { HypervisorFacts } from "../virt/hypervisor-facts.ts";

export interface CapabilitiesView {
  readonly hostId: string;
  readonly version: string;
  readonly kvm: KvmSupport;
  readonly facts: HostFacts;
  readonly hypervisor: HypervisorFacts;
  readonly clientInterface: string;
  readonly managementAddress: string | undefined;
  readonly guestNetworkBridge: string | undefined;
}

/** The version of vdsm whose verbs and answers these are: a Manager of oVirt's asks for it. */
const VDSM_VERSION = "4.50.7";
/** The network every host must have: over it the Manager reaches the host. */
const MANAGEMENT_NETWORK = "ovirtmgmt";
/** Memory that the host itself and each QEMU process need, in MiB. vdsm config.py */
const RESERVED_MIB = 321;
const GUEST_OVERHEAD_MIB = 65;

/** What `Host.getCapabilities` answers. vdsm lib/vdsm/host/caps.py */
export function formatCapabilities(view: CapabilitiesView): VdsmCapabilities {
  const { facts, hypervisor, kvm } = view;
  const versions = { libvirt: hypervisor.libvirtVersion, qemu: hypervisor.qemuVersion };
  return {
    uuid: view.hostId,
    kvmEnabled: String(kvm.isUsable),
    ...formatCpu(view),
    memSize: String(Math.floor(facts.memoryBytes / MiB)),
    reservedMem: String(RESERVED_MIB),
    guestOverhead: String(GUEST_OVERHEAD_MIB),
    hugepages: [...facts.hugePagesKiB],
    ...formatNuma(view),
    emulatedMachines: listMachines(hypervisor.capabilitiesXml),
    vmTypes: ["kvm"],
    rngSources: facts.hasHardwareRng ? ["random", "hwrng"] : ["random"],
    software_version: VDSM_VERSION,
    software_revision: "1",
    version_name: "Yagura",
    supportedENGINEs: ["4.2", "4.3", "4.4", "4.5"],
    clusterLevels: clusterLevels(versions),
    packages2: {
      vdsm: { version: VDSM_VERSION, release: "1" },
      yagura: { version: view.version, release: "1" },
      libvirt: { version: hypervisor.libvirtVersion, release: "1" },
      "qemu-kvm": { version: hypervisor.qemuVersion, release: "1" },
      kernel: splitKernel(facts.kernel),
    },
    operatingSystem: {
      name: (facts.os.get("NAME") ?? "").startsWith("Debian") ? "Debian" : (facts.os.get("NAME") ?? "unknown"),
      version: facts.os.get("VERSION_ID") ?? "",
      release: facts.os.get("VERSION") ?? "",
      pretty_name: facts.os.get("PRETTY_NAME") ?? "",
    },
    kernelArgs: facts.kernelArguments,
    boot_uuid: facts.bootId,
    selinux: { mode: { enforcing: "1", permissive: "0", disabled: "-1" }[facts.selinux] },
    ISCSIInitiatorName: facts.iscsiInitiator,
    HBAInventory: { iSCSI: [{ InitiatorName: facts.iscsiInitiator }], FC: [] },
    ...formatNetwork(view),
    liveMerge: "true",
    liveSnapshot: "true",
    backupEnabled: false,
    nestedVirtualization: facts.isNestedVirtualizationOn,
    hostdevPassthrough: "false",
    realtimeKernel: false,
    hostedEngineDeployed: false,
    fipsEnabled: false,
    ovnConfigured: false,
    vncEncrypted: "false",
    zerocopy_migrations: false,
    kdumpStatus: -1,
    // vdsm's own features, by the names that the Manager looks for; what is not listed is not offered.
    additionalFeatures: [],
    domain_versions: [5],
    supported_block_size: { LOCALFS: [512] },
    hooks: {},
    vdsmToCpusAffinity: [],
    autoNumaBalancing: 0,
    netConfigDirty: "False",
  };
}

function formatCpu({ facts, hypervisor }: CapabilitiesView) {
  const { cpu } = facts;
  const models = parseDomainCapabilitiesXml(hypervisor.domainCapabilitiesXml)
    .cpu.models.filter((model) => model.isUsable)
    .map((model) => `model_${model.name}`);
  return {
    cpuModel: cpu.modelName,
    cpuFlags: [...cpu.flags, ...models].join(","),
    cpuSpeed: cpu.speedMhz.toFixed(3),
    cpuThreads: String(cpu.threads),
    cpuCores: String(cpu.cores),
    cpuSockets: String(cpu.sockets),
    onlineCpus: cpu.topology.map((thread) => thread.cpu).join(","),
    cpuTopology: cpu.topology.map((thread) => ({
      cpu_id: thread.cpu,
      core_id: thread.core,
      die_id: 0,
      socket_id: thread.socket,
      numa_cell_id: 0,
    })),
  };
}

function formatNuma({ hypervisor, facts }: CapabilitiesView) {
  const cells = parseCapabilitiesXml(hypervisor.capabilitiesXml).numaCells;
  const nodes = cells.length > 0 ? cells : [{ cellId: 0, memoryBytes: facts.memoryBytes, cpuIds: [] }];
  return {
    numaNodes: Object.fromEntries(
      nodes.map((node) => [
        String(node.cellId),
        {
          cpus: [...node.cpuIds],
          totalMemory: String(Math.floor(node.memoryBytes / MiB)),
          hugepages: Object.fromEntries(facts.hugePagesKiB.map((sizeKiB) => [String(sizeKiB), { totalPages: "0" }])),
        },
      ]),
    ),
    numaNodeDistance: Object.fromEntries(
      nodes.map((node) => [String(node.cellId), nodes.map((other) => (other === node ? 10 : 20))]),
    ),
  };
}

function listMachines(capabilitiesXml: string): string[] {
  const guest = parseCapabilitiesXml(capabilitiesXml).guests.find(
    (one) => one.osType === "hvm" && one.arch === "x86_64",
  );
  return [...new Set((guest?.machines ?? []).flatMap(({ name, canonicalName }) => [name, canonicalName ?? name]))];
}

function formatNetwork(view: CapabilitiesView) {
  const { facts, managementAddress, guestNetworkBridge } = view;
  const owner =
    facts.nics.find((nic) => nic.ipv4.some((one) => one.address === managementAddress)) ??
    facts.nics.find((nic) => nic.isPhysical && nic.ipv4.length > 0) ??
    facts.nics.find((nic) => nic.ipv4.length > 0);
  const iface = guestNetworkBridge ?? owner?.name ?? "lo";
  const address = owner === undefined ? { addr: managementAddress ?? "127.0.0.1" } : formatAddresses(owner);
  return {
    networks: {
      [MANAGEMENT_NETWORK]: {
        ...address,
        iface,
        bridged: true,
        ports: owner === undefined ? [] : [owner.name],
        stp: "off",
        switch: "legacy",
        southbound: owner?.name ?? iface,
        mtu: String(owner?.mtuBytes ?? 1500),
        nameservers: [...facts.nameservers],
      },
    },
    nics: Object.fromEntries(facts.nics.filter((nic) => nic.isPhysical).map((nic) => [nic.name, formatNic(nic)])),
    bridges: Object.fromEntries(
      facts.nics
        .filter((nic) => nic.isBridge)
        .map((nic) => [
          nic.name,
          { ...formatAddresses(nic), ports: [...nic.ports], stp: "off", mtu: String(nic.mtuBytes), opts: {} },
        ]),
    ),
    vlans: {},
    bondings: {},
    nameservers: [...facts.nameservers],
    supportsIPv6: true,
    lastClientIface: view.clientInterface,
  };
}

function formatNic(nic: HostNic): NetInfoNic {
  return {
    ...formatAddresses(nic),
    hwaddr: nic.mac,
    permhwaddr: nic.mac,
    speed: nic.speedMbps,
    mtu: String(nic.mtuBytes),
  };
}

function formatAddresses(nic: HostNic) {
  const [first] = nic.ipv4;
  return {
    addr: first?.address ?? "",
    netmask: first?.netmask ?? "",
    gateway: "",
    ipv4addrs: nic.ipv4.map((one) => `${one.address}/${prefixOf(one.netmask)}`),
    ipv6addrs: [...nic.ipv6],
    ipv6gateway: "::",
    ipv6autoconf: false,
    dhcpv4: false,
    dhcpv6: false,
    ipv4defaultroute: false,
  };
}

function prefixOf(netmask: string): number {
  return netmask
    .split(".")
    .map((octet) => Number(octet).toString(2).replaceAll("0", "").length)
    .reduce((sum, bits) => sum + bits, 0);
}

/** "6.1.0-13-amd64" is version 6.1.0, release 13-amd64. */
function splitKernel(release: string): { version: string; release: string } {
  const dash = release.indexOf("-");
  return dash === -1
    ? { version: release, release: "0" }
    : { version: release.slice(0, dash), release: release.slice(dash + 1) };
}
