import { findId, type VmId } from "@yagura/std/ids.ts";
import { type DiskSource, readSource } from "./devices/disk.ts";
import { readPort } from "./devices/graphics.ts";
import { type NicSource, readNicSource } from "./devices/nic.ts";
import { readVcpuCount } from "./machine/cpu.ts";
import { readAmountBytes } from "./machine/memory.ts";
import { findVmMetadata, readVmMetadata } from "./metadata/metadata-xml.ts";
import type { DeviceMetadata, VmMetadata } from "./metadata/vm-metadata.ts";
import { metadataToVolume, type VolumeReference } from "./metadata/volume-reference.ts";
import { optional } from "./optional.ts";
import { NotAVmDefinition } from "./parse-vm-definition.ts";
import { attributeOf, findChild, findText, listChildren, type XmlElement } from "./xml/element.ts";
import { parseXml } from "./xml/parse-xml.ts";

/** What can be said of any domain of libvirt, ours or not: nothing here depends on how we would have made it. */
export interface DomainDescription {
  readonly vmId: VmId;
  readonly name: string;
  readonly domainType: string;
  readonly machine: string;
  readonly memoryBytes: number;
  readonly vcpuCount: number;
  readonly disks: readonly DescribedDisk[];
  readonly nics: readonly DescribedNic[];
  readonly graphics: readonly DescribedGraphics[];
  readonly channels: readonly DescribedChannel[];
  /** The serial console's terminal or socket on the host. */
  readonly console?: { readonly type: string; readonly path?: string };
  /** Of oVirt's namespace, with the metadata of all devices; `undefined`: not a VM of ours. */
  readonly metadata?: VmMetadata;
}

interface DescribedDevice {
  readonly alias?: string;
}

export interface DescribedDisk extends DescribedDevice {
  readonly device: string;
  readonly target: string;
  readonly bus?: string;
  readonly format?: string;
  /** Absent: an empty drive, or a source that is neither file nor block device. */
  readonly source?: DiskSource;
  readonly serial?: string;
  readonly isReadOnly: boolean;
  readonly volume?: VolumeReference;
}

export interface DescribedNic extends DescribedDevice {
  readonly mac: string;
  readonly type: string;
  readonly source?: NicSource;
  readonly model?: string;
  /** The host's side while the guest runs: "vnet3". */
  readonly hostDevice?: string;
}

export interface DescribedGraphics extends DescribedDevice {
  readonly type: string;
  /** The address that is listened on. */
  readonly address?: string;
  readonly port?: number;
  readonly tlsPort?: number;
}

export interface DescribedChannel extends DescribedDevice {
  readonly name: string;
  readonly path?: string;
  readonly isConnected: boolean;
}

/**
 * Reads what libvirt says about a domain, running or not.
 * @throws InvalidXml, or NotAVmDefinition when it has no name or id.
 */
export function parseDomainXml(text: string): DomainDescription {
  return describeDomain(parseXml(text));
}

/** The same for a tree that was read already. */
export function describeDomain(domain: XmlElement): DomainDescription {
  const vmId = findId<VmId>(findText(domain, "uuid") ?? "");
  const name = findText(domain, "name");
  if (vmId === undefined || name === undefined) throw new NotAVmDefinition("a domain without a name or an id");
  const devices = findChild(domain, "devices");
  const metadataElement = findVmMetadata(domain);
  const metadata = metadataElement === undefined ? undefined : readVmMetadata(metadataElement);
  const serialConsole = findChild(devices, "console");
  return {
    vmId,
    name,
    domainType: attributeOf(domain, "type") ?? "",
    machine: attributeOf(findChild(domain, "os", "type"), "machine") ?? "",
    memoryBytes: readAmountBytes(findChild(domain, "memory")) ?? 0,
    vcpuCount: readVcpuCount(domain),
    disks: listChildren(devices, "disk").map((disk) => describeDisk(disk, metadata?.devices ?? [])),
    nics: listChildren(devices, "interface").map(describeNic),
    graphics: listChildren(devices, "graphics").map(describeGraphics),
    channels: listChildren(devices, "channel").map(describeChannel),
    ...(serialConsole !== undefined && { console: describeConsole(serialConsole) }),
    ...optional("metadata", metadata),
  };
}

function describeDisk(disk: XmlElement, devices: readonly DeviceMetadata[]): DescribedDisk {
  const target = findChild(disk, "target");
  const name = attributeOf(target, "dev") ?? "";
  const alias = aliasOf(disk);
  const metadata = devices.find(
    ({ of }) => (of.alias !== undefined && of.alias === alias.alias) || (of.devtype === "disk" && of.name === name),
  );
  const volume = metadata === undefined ? undefined : metadataToVolume(metadata);
  const source = readSource(disk);
  return {
    device: attributeOf(disk, "device") ?? "disk",
    target: name,
    ...optional("bus", attributeOf(target, "bus")),
    ...optional("format", attributeOf(findChild(disk, "driver"), "type")),
    ...optional("source", source),
    ...optional("serial", findText(disk, "serial")),
    isReadOnly: findChild(disk, "readonly") !== undefined,
    ...optional("volume", volume),
    ...alias,
  };
}

function describeNic(nic: XmlElement): DescribedNic {
  return {
    mac: (attributeOf(findChild(nic, "mac"), "address") ?? "").toLowerCase(),
    type: attributeOf(nic, "type") ?? "",
    ...optional("source", readNicSource(nic)),
    ...optional("model", attributeOf(findChild(nic, "model"), "type")),
    ...optional("hostDevice", attributeOf(findChild(nic, "target"), "dev")),
    ...aliasOf(nic),
  };
}

function describeGraphics(graphics: XmlElement): DescribedGraphics {
  return {
    type: attributeOf(graphics, "type") ?? "",
    ...optional("address", attributeOf(findChild(graphics, "listen"), "address") ?? attributeOf(graphics, "listen")),
    ...optional("port", readPort(graphics, "port")),
    ...optional("tlsPort", readPort(graphics, "tlsPort")),
    ...aliasOf(graphics),
  };
}

function describeChannel(channel: XmlElement): DescribedChannel {
  const target = findChild(channel, "target");
  return {
    name: attributeOf(target, "name") ?? "",
    ...optional("path", attributeOf(findChild(channel, "source"), "path")),
    isConnected: attributeOf(target, "state") === "connected",
    ...aliasOf(channel),
  };
}

function describeConsole(from: XmlElement): { type: string; path?: string } {
  const source = findChild(from, "source");
  return {
    type: attributeOf(from, "type") ?? "",
    ...optional("path", attributeOf(from, "tty") ?? attributeOf(source, "path")),
  };
}

function aliasOf(device: XmlElement): DescribedDevice {
  return optional("alias", attributeOf(findChild(device, "alias"), "name"));
}
