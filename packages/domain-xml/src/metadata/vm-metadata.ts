/**
 * What oVirt keeps in libvirt's metadata of a VM (namespace http://ovirt.org/vm/1.0), and we too: the state of a
 * running VM lives there and nowhere else. Values are typed by an attribute: text has none, the others "int" and "bool".
 * vdsm fd4b0df lib/vdsm/virt/metadata.py
 */
export const vmMetadataNamespace = "http://ovirt.org/vm/1.0";
/** The prefix under which libvirt is given the namespace. */
export const vmMetadataPrefix = "ovirt-vm";

export type MetadataValue = string | number | boolean;
export type MetadataValues = Readonly<Record<string, MetadataValue>>;

export interface VmMetadata {
  /** clusterVersion, minGuaranteedMemoryMb, launchPaused, resumeBehavior, startTime, … */
  readonly values: MetadataValues;
  readonly custom: Readonly<Record<string, string>>;
  /** Of devices other than disks with a volume: those are in `Disk.volume`. */
  readonly devices: readonly DeviceMetadata[];
}

export interface DeviceMetadata {
  /** How the device is found: by alias, by MAC address, or by type and target name. */
  readonly of: DeviceSelector;
  readonly values: MetadataValues;
  readonly custom?: Readonly<Record<string, string>>;
}

export interface DeviceSelector {
  readonly alias?: string;
  readonly mac_address?: string;
  readonly devtype?: string;
  readonly name?: string;
}

export const emptyVmMetadata: VmMetadata = { values: {}, custom: {}, devices: [] };
