import {
  type Cdrom as CdromDevice,
  type Disk as DiskDevice,
  guestAgentChannel,
  type Nic as NicDevice,
  userAlias,
  type VmDefinition,
  type VolumeReference,
} from "@yagura/domain-xml";
import type { DataCenterId, ImageId } from "@yagura/std/ids.ts";
import { MiB } from "@yagura/std/units.ts";
import type { Disk, DiskAttachment, DiskInterface } from "../disk/disk.ts";
import type { Nic, NicInterface } from "../nic/nic.ts";
import type { QosLimits } from "../qos/qos.ts";
import type { Vm } from "./vm.ts";
import type { BootDevice } from "./vm-hardware.ts";

/** Everything that a guest's definition depends on. */
export interface VmParts {
  readonly vm: Vm;
  readonly dataCenterId: DataCenterId;
  readonly compatibilityVersion: string;
  /** In the order of their attachment. */
  readonly disks: readonly { readonly disk: Disk; readonly attachment: DiskAttachment }[];
  /** What is in its CD drive. */
  readonly cdrom?: Disk;
  /** Each with the name that hosts have for its network; none: it is on no network. */
  readonly nics: readonly NicPart[];
  /** Whether the host that will run it has KVM; else it is emulated. */
  readonly hasKvm: boolean;
  /** Of the display, as long as nobody has asked for a console: it is not valid, only there. */
  readonly displayPassword: string;
}

/** A NIC, and what its profile and its parameters say of its traffic. */
export interface NicPart {
  readonly nic: Nic;
  readonly networkName?: string;
  readonly networkFilter?: string;
  readonly filterParameters?: readonly { readonly name: string; readonly value: string }[];
  /** Of type `network`. */
  readonly limits?: QosLimits;
}

/** A VM as libvirt is told it. Paths of disks are those of every host's repository; the host puts its own in their place. */
export function defineVm(parts: VmParts): VmDefinition {
  const { vm, compatibilityVersion, hasKvm, displayPassword } = parts;
  const { hardware } = vm;
  const bootOrder = bootOrderOf(parts);
  const hasDisplay = hardware.display === "vnc";
  return {
    vmId: vm.id,
    name: vm.name,
    domainType: hasKvm ? "kvm" : "qemu",
    machine: hardware.customEmulatedMachine ?? "q35",
    firmware: hardware.biosType === "q35_ovmf" ? { kind: "uefi", secureBoot: false } : { kind: "bios" },
    memoryBytes: hardware.memoryBytes,
    cpu: {
      ...hardware.cpu,
      model:
        hardware.customCpuModel !== undefined && hasKvm
          ? { mode: "custom", name: hardware.customCpuModel }
          : { mode: hasKvm ? "host-model" : "maximum" },
    },
    clock: { offset: "utc" },
    sysinfo: { manufacturer: "Yagura", product: "Yagura VM", serial: vm.id },
    drives: defineDrives(parts, bootOrder),
    nics: defineNics(parts, bootOrder),
    graphics: hasDisplay
      ? [
          {
            kind: "vnc",
            // Consoles go through the Manager; until one is asked for, nobody gets in, from nowhere.
            listen: { kind: "address", address: "127.0.0.1" },
            password: displayPassword,
            passwordValidTo: "1970-01-01T00:00:01",
          },
        ]
      : [],
    videos: [{ model: hasDisplay ? "vga" : "none" }],
    channels: [{ name: guestAgentChannel }],
    ...(hardware.hasSerialConsole && { console: { backend: { kind: "pty" as const } } }),
    hasTablet: hasDisplay,
    rngs: hardware.hasRng ? [{ source: "/dev/urandom" }] : [],
    ...(hardware.hasBalloon && { balloon: { statsPeriodSeconds: 5 } }),
    ...(hardware.watchdog !== "none" && { watchdog: hardware.watchdog }),
    ...(hardware.hasTpm && { tpm: { model: "tpm-crb" as const, keepsState: true } }),
    metadata: {
      values: {
        clusterVersion: compatibilityVersion,
        minGuaranteedMemoryMb: Math.floor(hardware.memoryGuaranteedBytes / MiB),
        resumeBehavior: hardware.storageErrorBehaviour,
      },
      custom: {},
      devices: [],
    },
  };
}

/** The place of each disk and NIC in the order of booting, by id; those that are not booted from are not in it. */
function bootOrderOf({ vm, disks, nics, cdrom }: VmParts): ReadonlyMap<string, number> {
  const idsOf: Readonly<Record<BootDevice, readonly string[]>> = {
    hd: disks.filter(({ attachment }) => attachment.isBootable).map(({ disk }) => disk.id),
    network: nics.filter(({ nic }) => nic.isPlugged).map(({ nic }) => nic.id),
    cdrom: cdrom === undefined ? [] : [cdrom.id],
  };
  const ids = vm.hardware.bootDevices.flatMap((device) => idsOf[device]);
  return new Map(ids.map((id, index) => [id, index + 1]));
}

const buses: Readonly<Record<DiskInterface, "virtio" | "scsi" | "sata">> = {
  virtio: "virtio",
  virtio_scsi: "scsi",
  sata: "sata",
  // The q35 machine has no IDE.
  ide: "sata",
};

/** The disks, then the CD drive under the next free name; without a medium there is none. */
function defineDrives(parts: VmParts, bootOrder: ReadonlyMap<string, number>): (DiskDevice | CdromDevice)[] {
  const disks = defineDisks(parts, bootOrder);
  const { cdrom, dataCenterId } = parts;
  if (cdrom === undefined) return disks;
  const order = bootOrder.get(cdrom.id);
  const volume = volumeOf(dataCenterId, cdrom);
  return [
    ...disks,
    {
      device: "cdrom",
      bus: "sata",
      target: `sd${letters(disks.filter(({ target }) => target.startsWith("sd")).length)}`,
      alias: userAlias(cdrom.id),
      medium: { kind: "file", path: pathOf(volume) },
      volume,
      ...(order !== undefined && { bootOrder: order }),
    },
  ];
}

function volumeOf(poolId: DataCenterId, { storageDomainId, id, volumeId }: Disk): VolumeReference {
  return { poolId, domainId: storageDomainId, imageId: id as string as ImageId, volumeId };
}

function pathOf({ poolId, domainId, imageId, volumeId }: VolumeReference): string {
  return `/rhev/data-center/${poolId}/${domainId}/images/${imageId}/${volumeId}`;
}

function defineDisks({ disks, dataCenterId }: VmParts, bootOrder: ReadonlyMap<string, number>): DiskDevice[] {
  const used = { vd: 0, sd: 0 };
  return disks
    .filter(({ attachment }) => attachment.isActive)
    .map(({ disk, attachment }) => {
      const bus = buses[attachment.interface];
      const prefix = bus === "virtio" ? "vd" : "sd";
      const order = bootOrder.get(disk.id);
      const volume = volumeOf(dataCenterId, disk);
      return {
        device: "disk",
        bus,
        target: `${prefix}${letters(used[prefix]++)}`,
        alias: userAlias(disk.id),
        serial: disk.id,
        source: {
          kind: "file",
          path: pathOf(volume),
        },
        format: disk.format === "cow" ? "qcow2" : "raw",
        cache: "none",
        io: "threads",
        discards: attachment.passDiscard,
        ...(attachment.isReadOnly && { isReadOnly: true }),
        ...(disk.isShareable && { isShareable: true }),
        volume,
        ...(order !== undefined && { bootOrder: order }),
      };
    });
}

const models: Readonly<Record<NicInterface, NicDevice["model"]>> = {
  virtio: "virtio",
  e1000: "e1000e",
  e1000e: "e1000e",
  rtl8139: "rtl8139",
};

function defineNics({ nics }: VmParts, bootOrder: ReadonlyMap<string, number>): NicDevice[] {
  return nics.flatMap(({ nic, networkName, networkFilter, filterParameters = [], limits = {} }): NicDevice[] => {
    if (!nic.isPlugged || nic.macAddress === undefined || networkName === undefined) return [];
    const order = bootOrder.get(nic.id);
    return [
      {
        mac: nic.macAddress,
        source: { kind: "bridge", bridge: networkName },
        model: models[nic.interface],
        isLinkUp: nic.isLinked,
        ...(networkFilter !== undefined && { filter: networkFilter }),
        ...(networkFilter !== undefined && filterParameters.length > 0 && { filterParameters }),
        ...defineBandwidth(limits),
        alias: userAlias(nic.id),
        ...(order !== undefined && { bootOrder: order }),
      },
    ];
  });
}

const KILOBYTES_PER_MEGABIT = 125;
const KILOBYTES_PER_MEGABYTE = 1000;

/** Mbit/s and MB as libvirt has them: in kilobytes. */
function defineBandwidth(limits: QosLimits): Pick<NicDevice, "bandwidth"> {
  const limit = (average: number | undefined, peak = 0, burst = 0) =>
    average !== undefined && {
      average: average * KILOBYTES_PER_MEGABIT,
      peak: peak * KILOBYTES_PER_MEGABIT,
      burst: burst * KILOBYTES_PER_MEGABYTE,
    };
  const inbound = limit(limits.inboundAverage, limits.inboundPeak, limits.inboundBurst);
  const outbound = limit(limits.outboundAverage, limits.outboundPeak, limits.outboundBurst);
  if (!inbound && !outbound) return {};
  return { bandwidth: { ...(inbound && { inbound }), ...(outbound && { outbound }) } };
}

/** 0: a, 25: z, 26: aa. */
function letters(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}
