import { isDeepStrictEqual } from "node:util";
import type { Id, NicId } from "@yagura/std/ids.ts";
import { GiB, MiB } from "@yagura/std/units.ts";
import type { NicInterface } from "../nic/nic.ts";
import { hardwareDefaults, type VmHardware } from "../vm/vm-hardware.ts";

export type InstanceTypeId = Id<"instance-type">;

/** A size of VMs by a name: who makes a VM chooses it, and a change of it changes all VMs that have it. */
export interface InstanceType {
  readonly id: InstanceTypeId;
  readonly name: string;
  readonly description: string;
  readonly comment: string;
  /** As of a VM; only what belongs to a size counts. */
  readonly hardware: VmHardware;
  /** What a VM gets when its template has none; they are on no network. */
  readonly nics: readonly InstanceNic[];
  readonly createdAtMs: number;
}

export interface InstanceNic {
  readonly id: NicId;
  readonly name: string;
  readonly interface: NicInterface;
}

/** What of the hardware belongs to a size; the rest is the VM's own: its operating system, its firmware, its clock. */
const sizeMembers = [
  "memoryBytes",
  "memoryMaxBytes",
  "memoryGuaranteedBytes",
  "cpu",
  "bootDevices",
  "display",
  "hasSerialConsole",
  "hasSoundcard",
  "hasBalloon",
  "hasRng",
  "isHighlyAvailable",
  "haPriority",
  "cpuShares",
  "ioThreads",
  "watchdog",
] as const satisfies readonly (keyof VmHardware)[];

export function instanceSize(hardware: VmHardware): Partial<VmHardware> {
  return Object.fromEntries(sizeMembers.map((member) => [member, hardware[member]]));
}

/** Whether a VM with this hardware has the size of the type. */
export function followsInstanceType(hardware: VmHardware, type: Pick<InstanceType, "hardware">): boolean {
  return isDeepStrictEqual(instanceSize(hardware), instanceSize(type.hardware));
}

function predefined(id: string, name: string, description: string, memoryBytes: number, sockets: number): InstanceType {
  const memory = { memoryBytes, memoryGuaranteedBytes: memoryBytes, memoryMaxBytes: 4 * memoryBytes };
  return {
    id: id as InstanceTypeId,
    name,
    description: `${description} instance type`,
    comment: "",
    hardware: { ...hardwareDefaults, ...memory, cpu: { sockets, cores: 1, threads: 1 } },
    nics: [],
    // As oVirt's own have it: the same on every installation.
    createdAtMs: Date.UTC(2014, 4, 4, 21),
  };
}

/** Those of oVirt, with its ids and sizes. */
export const predefinedInstanceTypes: readonly InstanceType[] = [
  predefined("00000003-0003-0003-0003-0000000000be", "Tiny", "Tiny", 512 * MiB, 1),
  predefined("00000005-0005-0005-0005-0000000002e6", "Small", "Small", 2 * GiB, 1),
  predefined("00000007-0007-0007-0007-00000000010a", "Medium", "Medium", 4 * GiB, 2),
  predefined("00000009-0009-0009-0009-0000000000f1", "Large", "Large", 8 * GiB, 2),
  predefined("0000000b-000b-000b-000b-00000000021f", "XLarge", "Extra Large", 16 * GiB, 4),
];
