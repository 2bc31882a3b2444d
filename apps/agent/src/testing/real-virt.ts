import { formatDomainXml, type VmDefinition } from "@yagura/domain-xml";
import { connect } from "@yagura/libvirt";
import { systemClock } from "@yagura/std/clock.ts";
import { newId, type VmId } from "@yagura/std/ids.ts";
import { type Log, silentLog } from "@yagura/std/log.ts";
import { MiB } from "@yagura/std/units.ts";
import { sinceBootMs } from "../event-clock.ts";
import type { LibvirtHypervisor } from "../virt/libvirt-hypervisor.ts";
import { openVirt } from "../virt/open-virt.ts";
import { noStorageHealth, type StorageHealth } from "../virt/storage-health.ts";
import type { DiskImages, VirtContext } from "../virt/virt-context.ts";
import type { RealLibvirt } from "./real-libvirt.ts";

export interface RealVirt extends AsyncDisposable {
  readonly context: VirtContext;
  readonly hypervisor: LibvirtHypervisor;
  /** How often recovery has run: once for each connection. */
  recoveries(): number;
}

export interface RealVirtOptions {
  readonly images?: DiskImages;
  readonly storageHealth?: StorageHealth;
  readonly log?: Log;
}

/** The part of an agent that runs VMs, on a real libvirtd and without storage of its own. */
export async function openRealVirt(
  libvirt: RealLibvirt,
  { images = noImages, storageHealth = noStorageHealth, log = silentLog }: RealVirtOptions = {},
): Promise<RealVirt> {
  const stop = new AbortController();
  const first = Promise.withResolvers<void>();
  let recoveries = 0;
  const virt = openVirt({
    clock: systemClock,
    clocks: { nowMs: () => systemClock.nowMs(), sinceBootMs },
    log,
    images,
    storageHealth,
    domainType: "qemu",
    displayAddress: "127.0.0.1",
    nicSource: { kind: "user" },
    nvramDirectory: "/var/lib/libvirt/qemu/nvram",
    connect: (signal) => connect({ uri: libvirt.daemon.uri, socketPath: libvirt.daemon.socketPath, signal }),
    ensureGuestNetwork: async () => undefined,
    findPid: async () => undefined,
    randomPassword: () => "12345678",
    async onRecovered() {
      recoveries++;
      first.resolve();
    },
  });
  const watching = virt.watch(stop.signal);
  await first.promise;
  return {
    context: virt.context,
    hypervisor: virt.hypervisor,
    recoveries: () => recoveries,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await watching;
    },
  };
}

const noImages: DiskImages = {
  prepare: () => Promise.reject(new Error("there is no storage in this test")),
  teardown: async () => undefined,
  setCapacity: async () => undefined,
};

/** A guest without a disk: it costs almost nothing, above all when it is paused. */
export function disklessGuest(changes: Partial<VmDefinition> = {}): { vmId: VmId; xml: string } {
  const vmId = changes.vmId ?? newId<VmId>();
  const xml = formatDomainXml({
    vmId,
    name: `test-${vmId.slice(0, 8)}`,
    domainType: "kvm",
    machine: "q35",
    firmware: { kind: "bios" },
    memoryBytes: 64 * MiB,
    cpu: { model: { mode: "host-passthrough" }, sockets: 1, cores: 1, threads: 1 },
    clock: { offset: "utc" },
    drives: [],
    nics: [{ mac: "56:6f:00:00:00:01", source: { kind: "bridge", bridge: "ovirtmgmt" }, model: "virtio" }],
    graphics: [{ kind: "vnc", listen: { kind: "network", network: "vdsm-ovirtmgmt" } }],
    videos: [{ model: "vga" }] as VmDefinition["videos"],
    channels: [],
    console: { backend: { kind: "pty" } },
    hasTablet: false,
    rngs: [],
    metadata: { values: { clusterVersion: "4.7" }, custom: {}, devices: [] },
    ...changes,
  });
  return { vmId, xml };
}
