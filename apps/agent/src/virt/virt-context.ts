import type { NicSource, VolumeReference } from "@yagura/domain-xml";
import type { Clock } from "@yagura/std/clock.ts";
import type { Log } from "@yagura/std/log.ts";
import type { QemuUser } from "./disk-access.ts";
import type { Hypervisor } from "./hypervisor.ts";
import type { VmClocks } from "./vm.ts";
import type { Vms } from "./vms.ts";

/** A volume made ready for QEMU on this host. */
export interface PreparedDisk {
  readonly kind: "file" | "block";
  readonly path: string;
  /** Everything QEMU opens for it, the leaf first: backing files too. */
  readonly chainPaths: readonly string[];
  /** On storage that other hosts see too: owners there are never changed. By default the storage is this host's own. */
  readonly isShared?: boolean;
}

/** What running VMs needs of the storage: nothing else of it is known here. */
export interface DiskImages {
  /** Makes the volume ready; one that others stand on is refused to whoever would write to it. */
  prepare(volume: VolumeReference, options: { readonly isReadOnly: boolean }): Promise<PreparedDisk>;
  teardown(volume: VolumeReference): Promise<void>;
  /** Writes into the record of a volume that a guest of this host has open how large the guest sees it. */
  setCapacity(volume: VolumeReference, capacityBytes: number): Promise<void>;
}

/** What operations on VMs work with. */
export interface VirtContext {
  readonly vms: Vms;
  readonly hypervisor: Hypervisor;
  readonly images: DiskImages;
  readonly clock: Clock;
  readonly clocks: VmClocks;
  readonly log: Log;
  readonly domainType: "kvm" | "qemu";
  readonly displayAddress: string;
  readonly nicSource: NicSource;
  /** Where libvirt keeps the variables of UEFI firmware. */
  readonly nvramDirectory: string;
  ensureGuestNetwork(): Promise<void>;
  /** Whom QEMU runs as; `undefined`: libvirt on this host changes neither users nor owners. */
  readQemuUser(): Promise<QemuUser | undefined>;
  /** The process of a VM, if it can be found. */
  findPid(vmName: string): Promise<number | undefined>;
  randomPassword(): string;
}
