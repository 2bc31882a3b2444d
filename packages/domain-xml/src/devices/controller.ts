import { element, type XmlElement } from "../xml/element.ts";
import type { Cdrom, Disk } from "./disk.ts";

/**
 * The controllers libvirt would otherwise choose differently: xHCI for the tablet (it is the one with drivers
 * everywhere) and virtio for SCSI. Ports of PCI Express are left to libvirt.
 */
export function formatControllers(drives: readonly (Disk | Cdrom)[]): XmlElement[] {
  const needsScsi = drives.some((drive) => drive.bus === "scsi");
  return [
    element("controller", { type: "usb", index: 0, model: "qemu-xhci", ports: 8 }),
    element("controller", { type: "virtio-serial", index: 0, ports: 16 }),
    ...(needsScsi ? [element("controller", { type: "scsi", index: 0, model: "virtio-scsi" })] : []),
  ];
}
