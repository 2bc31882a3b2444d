import type { VmId } from "@yagura/std/ids.ts";
import type { PauseCode } from "./domain-events.ts";
import type { StatsRow } from "./vm-usage.ts";

/** A domain that libvirt knows. */
export interface DomainRef {
  readonly vmId: VmId;
  readonly name: string;
  readonly isActive: boolean;
}

/** The numbers of virDomainState and its reason. */
export interface DomainStateNumbers {
  readonly state: number;
  readonly reason: number;
}

export interface Picture {
  readonly mime: string;
  readonly bytes: Buffer;
}

export type DomainEvent =
  | { readonly kind: "lifecycle"; readonly vmId: VmId; readonly event: number; readonly detail: number }
  | { readonly kind: "rebooted"; readonly vmId: VmId }
  | {
      readonly kind: "io-error";
      readonly vmId: VmId;
      readonly path: string;
      readonly alias: string;
      readonly pauses: boolean;
      readonly pauseCode: PauseCode;
    }
  | { readonly kind: "agent"; readonly vmId: VmId; readonly isConnected: boolean }
  | { readonly kind: "graphics"; readonly vmId: VmId; readonly clientAddress: string | undefined };

/** Parts of what a guest agent can be asked; libvirt's bits (virDomainGuestInfoTypes). */
export const guestInfoBits = {
  users: 1,
  os: 2,
  timezone: 4,
  hostName: 8,
  fileSystems: 16,
  nics: 64,
} as const;

/**
 * What the agent needs of libvirt, in its own words. Every call ends: by its answer, by an error of libvirt's, by
 * `HypervisorAway`, or by its deadline. A call that ends by the connection's end has an unknown outcome.
 */
export interface Hypervisor {
  readonly isConnected: boolean;
  listDomains(): Promise<DomainRef[]>;
  getXml(vmId: VmId): Promise<string>;
  /** `undefined`: libvirt knows no such domain. */
  findState(vmId: VmId): Promise<DomainStateNumbers | undefined>;
  define(xml: string): Promise<void>;
  start(vmId: VmId, options: { readonly isPaused: boolean }): Promise<void>;
  destroy(vmId: VmId, options: { readonly isGraceful: boolean }): Promise<void>;
  undefine(vmId: VmId): Promise<void>;
  suspend(vmId: VmId): Promise<void>;
  resume(vmId: VmId): Promise<void>;
  reset(vmId: VmId): Promise<void>;
  shutdown(vmId: VmId, by: "guest-agent" | "acpi"): Promise<void>;
  reboot(vmId: VmId, by: "guest-agent" | "acpi"): Promise<void>;
  /** Changes a device of a running domain; libvirt finds it by what cannot change. */
  updateDevice(vmId: VmId, xml: string): Promise<void>;
  /** Replaces the element of one namespace in the domain's metadata, for good and, if it runs, at once. */
  setMetadata(vmId: VmId, element: MetadataElement, options: { readonly isActive: boolean }): Promise<void>;
  /** How large the guest sees a disk of its own, by the disk's target name. */
  readDiskCapacity(vmId: VmId, target: string): Promise<number>;
  resizeDisk(vmId: VmId, target: string, capacityBytes: number): Promise<void>;
  /** The disks at which a paused domain's QEMU has stopped, by target name; none: no I/O error is pending. */
  readDiskErrors(vmId: VmId): Promise<readonly DiskErrorReport[]>;
  takeScreenshot(vmId: VmId): Promise<Picture>;
  /** One call for all running domains, or only for some. Domains whose monitor is busy are left out. */
  readStats(vmIds?: readonly VmId[]): Promise<ReadonlyMap<VmId, StatsRow>>;
  /** Makes libvirt give up on each answer of this guest's agent after a few seconds, for as long as the guest runs. */
  limitGuestAgent(vmId: VmId): Promise<void>;
  askGuestInfo(vmId: VmId, bits: number): Promise<StatsRow>;
  askGuestAgent(vmId: VmId, command: string): Promise<unknown>;
}

/** libvirt knows two kinds only: no space, and everything else. */
export interface DiskErrorReport {
  readonly target: string;
  readonly pauseCode: "ENOSPC" | "EIO";
}

export interface MetadataElement {
  readonly prefix: string;
  readonly namespace: string;
  readonly xml: string;
}
