/** libvirt's XML: guests, hosts, and the trees to edit them. Pure: no I/O, no libvirt. */
export {
  type Capabilities,
  type GuestArchitecture,
  type GuestMachine,
  type HostCpu,
  type NumaCell,
  parseCapabilitiesXml,
} from "./capabilities/parse-capabilities.ts";
export {
  type CpuCapabilities,
  type DomainCapabilities,
  type HostModel,
  parseDomainCapabilitiesXml,
} from "./capabilities/parse-domain-capabilities.ts";
export type { Balloon } from "./devices/balloon.ts";
export { type Channel, formatChannel, guestAgentChannel } from "./devices/channel.ts";
export type { SerialConsole } from "./devices/console.ts";
export { userAlias } from "./devices/device.ts";
export { type Cdrom, type Disk, type DiskSource, formatCdrom, formatDisk, readSource } from "./devices/disk.ts";
export { formatGraphics, type Graphics, type GraphicsListen } from "./devices/graphics.ts";
export { formatNic, type Nic, type NicSource } from "./devices/nic.ts";
export type { Rng } from "./devices/rng.ts";
export { formatSecurityLabel, type SecurityLabel } from "./devices/seclabel.ts";
export type { Tpm } from "./devices/tpm.ts";
export type { Video } from "./devices/video.ts";
export { findDeviceByAlias, findDisk, findNic, listDevices } from "./edit/find-device.ts";
export { type ReplaceSourceOptions, replaceDiskSource } from "./edit/replace-disk-source.ts";
export { replaceNicSource } from "./edit/replace-nic-source.ts";
export { setGraphicsPassword } from "./edit/set-graphics-password.ts";
export { mergeVmMetadata } from "./edit/set-vm-metadata.ts";
export { domainElement, formatDomainXml } from "./format-domain-xml.ts";
export { findVmMetadata, formatVmMetadata, parseVmMetadata, readVmMetadata } from "./metadata/metadata-xml.ts";
export {
  type DeviceMetadata,
  type DeviceSelector,
  emptyVmMetadata,
  type MetadataValue,
  type MetadataValues,
  type VmMetadata,
  vmMetadataNamespace,
  vmMetadataPrefix,
} from "./metadata/vm-metadata.ts";
export { metadataToVolume, type VolumeReference, volumeToMetadata } from "./metadata/volume-reference.ts";
export {
  type DescribedChannel,
  type DescribedDisk,
  type DescribedGraphics,
  type DescribedNic,
  type DomainDescription,
  describeDomain,
  parseDomainXml,
} from "./parse-domain-xml.ts";
export { NotAVmDefinition, parseVmDefinition } from "./parse-vm-definition.ts";
export type {
  CpuDefinition,
  CpuFeature,
  CpuModel,
  DirectBoot,
  Firmware,
  SystemInfo,
  VmClock,
  VmDefinition,
} from "./vm-definition.ts";
export { cloneElement, ensureChild, removeChildren, replaceChild, setAttribute, setContent } from "./xml/edit.ts";
export {
  attributeOf,
  element,
  findChild,
  findText,
  isElement,
  listChildren,
  localName,
  textOf,
  type XmlAttributes,
  type XmlContent,
  type XmlElement,
} from "./xml/element.ts";
export { CannotWriteXml, formatXml } from "./xml/format-xml.ts";
export { defaultXmlLimits, InvalidXml, parseXml, type XmlLimits } from "./xml/parse-xml.ts";
