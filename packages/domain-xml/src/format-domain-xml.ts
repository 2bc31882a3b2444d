import { KiB } from "@yagura/std/units.ts";
import { formatBalloon } from "./devices/balloon.ts";
import { formatChannel } from "./devices/channel.ts";
import { formatConsole } from "./devices/console.ts";
import { formatControllers } from "./devices/controller.ts";
import { formatCdrom, formatDisk } from "./devices/disk.ts";
import { formatGraphics } from "./devices/graphics.ts";
import { formatNic } from "./devices/nic.ts";
import { formatRng } from "./devices/rng.ts";
import { formatSecurityLabel } from "./devices/seclabel.ts";
import { formatTpm } from "./devices/tpm.ts";
import { formatVideo } from "./devices/video.ts";
import { formatWatchdog } from "./devices/watchdog.ts";
import { formatClock } from "./machine/clock.ts";
import { formatCpu } from "./machine/cpu.ts";
import { formatOs, formatSystemInfo } from "./machine/firmware.ts";
import { formatVmMetadata } from "./metadata/metadata-xml.ts";
import type { VmMetadata } from "./metadata/vm-metadata.ts";
import { volumeToMetadata } from "./metadata/volume-reference.ts";
import type { VmDefinition } from "./vm-definition.ts";
import { element, type XmlElement } from "./xml/element.ts";
import { formatXml } from "./xml/format-xml.ts";

/**
 * The document that libvirt is given to start this VM.
 * @throws CannotWriteXml when a text in it (a name, a description) has a character that XML does not have.
 */
export function formatDomainXml(vm: VmDefinition): string {
  return formatXml(domainElement(vm));
}

/** The same as a tree, for whoever wants to change something before it is written. */
export function domainElement(vm: VmDefinition): XmlElement {
  const memoryKiB = Math.ceil(vm.memoryBytes / KiB);
  return element("domain", { type: vm.domainType }, [
    element("name", {}, [vm.name]),
    element("uuid", {}, [vm.vmId]),
    vm.title === undefined ? undefined : element("title", {}, [vm.title]),
    vm.description === undefined ? undefined : element("description", {}, [vm.description]),
    element("metadata", {}, [formatVmMetadata(withVolumes(vm))]),
    element("memory", { unit: "KiB" }, [memoryKiB]),
    element("currentMemory", { unit: "KiB" }, [memoryKiB]),
    ...formatCpu(vm.cpu),
    vm.sysinfo === undefined ? undefined : formatSystemInfo(vm.sysinfo, vm.vmId),
    formatOs(vm),
    formatFeatures(vm),
    formatClock(vm.clock),
    element("on_poweroff", {}, ["destroy"]),
    element("on_reboot", {}, ["restart"]),
    element("on_crash", {}, ["destroy"]),
    // A guest that suspends itself would look like one that hangs.
    element("pm", {}, [element("suspend-to-mem", { enabled: "no" }), element("suspend-to-disk", { enabled: "no" })]),
    formatDevices(vm),
    ...(vm.seclabels ?? []).map(formatSecurityLabel),
  ]);
}

function formatFeatures({ firmware }: VmDefinition): XmlElement {
  const needsSmm = firmware.kind !== "bios" && firmware.secureBoot;
  return element("features", {}, [
    element("acpi"),
    element("apic"),
    needsSmm ? element("smm", { state: "on" }) : undefined,
    element("vmport", { state: "off" }),
  ]);
}

function formatDevices(vm: VmDefinition): XmlElement {
  return element("devices", {}, [
    vm.emulatorPath === undefined ? undefined : element("emulator", {}, [vm.emulatorPath]),
    ...vm.drives.map((drive) => (drive.device === "disk" ? formatDisk(drive) : formatCdrom(drive))),
    ...formatControllers(vm.drives),
    ...vm.nics.map(formatNic),
    ...(vm.console === undefined ? [] : formatConsole(vm.console)),
    ...vm.channels.map(formatChannel),
    vm.hasTablet ? element("input", { type: "tablet", bus: "usb" }) : undefined,
    vm.tpm === undefined ? undefined : formatTpm(vm.tpm),
    ...vm.graphics.map(formatGraphics),
    ...vm.videos.map(formatVideo),
    vm.watchdog === undefined ? undefined : formatWatchdog(vm.watchdog),
    formatBalloon(vm.balloon),
    ...vm.rngs.map(formatRng),
  ]);
}

function withVolumes({ metadata, drives }: VmDefinition): VmMetadata {
  const volumes = drives.flatMap(({ target, volume }) =>
    volume === undefined ? [] : [volumeToMetadata(target, volume)],
  );
  return { ...metadata, devices: [...metadata.devices, ...volumes] };
}
