import { findId, type VmId } from "@yagura/std/ids.ts";
import { readBalloon } from "./devices/balloon.ts";
import { readChannel } from "./devices/channel.ts";
import { readConsole } from "./devices/console.ts";
import { type Cdrom, type Disk, readCdrom, readDisk } from "./devices/disk.ts";
import { readGraphics } from "./devices/graphics.ts";
import { readNic } from "./devices/nic.ts";
import { readRng } from "./devices/rng.ts";
import { readSecurityLabel } from "./devices/seclabel.ts";
import { readTpm } from "./devices/tpm.ts";
import { readVideo } from "./devices/video.ts";
import { readWatchdog } from "./devices/watchdog.ts";
import { readClock } from "./machine/clock.ts";
import { readCpu } from "./machine/cpu.ts";
import { readDirectBoot, readFirmware, readSystemInfo } from "./machine/firmware.ts";
import { readAmountBytes } from "./machine/memory.ts";
import { findVmMetadata, readVmMetadata } from "./metadata/metadata-xml.ts";
import { type DeviceMetadata, emptyVmMetadata } from "./metadata/vm-metadata.ts";
import { metadataToVolume } from "./metadata/volume-reference.ts";
import { optional } from "./optional.ts";
import type { VmDefinition } from "./vm-definition.ts";
import { attributeOf, findChild, findText, listChildren, type XmlElement } from "./xml/element.ts";
import { oneOf } from "./xml/one-of.ts";
import { parseXml } from "./xml/parse-xml.ts";

/** The document is well-formed, but does not describe a guest of the kind we make. */
export class NotAVmDefinition extends Error {
  override readonly name = "NotAVmDefinition";
}

/**
 * The inverse of `formatDomainXml`. Devices of kinds that we do not make are left out;
 * to look at any domain whatsoever use `parseDomainXml`.
 * @throws InvalidXml, NotAVmDefinition
 */
export function parseVmDefinition(text: string): VmDefinition {
  const domain = parseXml(text);
  const devices = findChild(domain, "devices");
  const required = readRequired(domain);
  const metadataElement = findVmMetadata(domain);
  const metadata = metadataElement === undefined ? emptyVmMetadata : readVmMetadata(metadataElement);
  const drives = listChildren(devices, "disk").flatMap((disk) => readDisk(disk) ?? readCdrom(disk) ?? []);
  const read = <T>(name: string, reader: (from: XmlElement) => T | undefined): T[] =>
    listChildren(devices, name).flatMap((child) => reader(child) ?? []);
  return {
    ...required,
    ...optional("title", findText(domain, "title")),
    ...optional("description", findText(domain, "description")),
    ...optional("emulatorPath", findText(devices, "emulator")),
    ...optional("directBoot", readDirectBoot(findChild(domain, "os"))),
    ...optional("sysinfo", readSystemInfo(findChild(domain, "sysinfo"))),
    firmware: readFirmware(findChild(domain, "os")),
    drives: drives.map((drive) => withVolume(drive, metadata.devices)),
    nics: read("interface", readNic),
    graphics: read("graphics", readGraphics),
    videos: read("video", readVideo),
    channels: read("channel", readChannel),
    ...optional("console", devices === undefined ? undefined : readConsole(devices)),
    hasTablet: listChildren(devices, "input").some((input) => attributeOf(input, "type") === "tablet"),
    rngs: read("rng", readRng),
    ...optional("balloon", readBalloon(findChild(devices, "memballoon"))),
    ...optional("tpm", read("tpm", readTpm)[0]),
    ...optional("watchdog", read("watchdog", readWatchdog)[0]),
    ...optional(
      "seclabels",
      nonEmpty(listChildren(domain, "seclabel").flatMap((label) => readSecurityLabel(label) ?? [])),
    ),
    metadata: { ...metadata, devices: metadata.devices.filter((device) => !isVolumeOf(device, drives)) },
  };
}

function readRequired(
  domain: XmlElement,
): Pick<VmDefinition, "vmId" | "name" | "domainType" | "machine" | "memoryBytes" | "cpu" | "clock"> {
  return {
    vmId: required("an id", findId<VmId>(findText(domain, "uuid") ?? "")),
    name: required("a name", findText(domain, "name")),
    domainType: required("a type that we know", oneOf(attributeOf(domain, "type"), ["kvm", "qemu"])),
    machine: required("a machine", attributeOf(findChild(domain, "os", "type"), "machine")),
    memoryBytes: required("an amount of memory", readAmountBytes(findChild(domain, "memory"))),
    cpu: required("a CPU with a topology", readCpu(domain)),
    clock: required("a clock that we know", readClock(domain)),
  };
}

function required<T>(what: string, value: T | undefined): T {
  if (value === undefined) throw new NotAVmDefinition(`a domain without ${what}`);
  return value;
}

function nonEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

function withVolume<Drive extends Disk | Cdrom>(drive: Drive, devices: readonly DeviceMetadata[]): Drive {
  const metadata = devices.find((device) => device.of.devtype === "disk" && device.of.name === drive.target);
  const volume = metadata === undefined ? undefined : metadataToVolume(metadata);
  return volume === undefined ? drive : { ...drive, volume };
}

function isVolumeOf(device: DeviceMetadata, drives: readonly { readonly target: string }[]): boolean {
  return (
    device.of.devtype === "disk" &&
    drives.some(({ target }) => target === device.of.name) &&
    metadataToVolume(device) !== undefined
  );
}
