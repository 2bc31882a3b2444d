import type { VolumeReference } from "../metadata/volume-reference.ts";
import { optional } from "../optional.ts";
import { attributeOf, element, findChild, findText, listChildren, type XmlElement } from "../xml/element.ts";
import { oneOf } from "../xml/one-of.ts";
import { type BootableDevice, formatAlias, formatBootOrder, readAlias, readBootOrder } from "./device.ts";
import { formatSecurityLabel, readSecurityLabel, type SecurityLabel } from "./seclabel.ts";

export type DiskSource =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "block"; readonly path: string };

interface AnyDrive extends BootableDevice {
  /** Name within the VM, not within the guest: `vda`, `sda`. */
  readonly target: string;
  readonly serial?: string;
  /** The volume whose bytes these are; written into the metadata. Absent: the source is no volume of a pool. */
  readonly volume?: VolumeReference;
}

/** A disk of the guest. */
export interface Disk extends AnyDrive {
  readonly device: "disk";
  readonly bus: "virtio" | "scsi" | "sata";
  readonly source: DiskSource;
  readonly format: "raw" | "qcow2";
  readonly cache?: "none" | "writeback" | "writethrough" | "unsafe" | "directsync";
  readonly io?: "threads" | "native" | "io_uring";
  readonly isReadOnly?: boolean;
  readonly isShareable?: boolean;
  /** Whether the guest's discards free space in the volume. */
  readonly discards?: boolean;
  readonly seclabels?: readonly SecurityLabel[];
}

/** A drive with or without a medium. */
export interface Cdrom extends AnyDrive {
  readonly device: "cdrom";
  readonly bus: "sata" | "scsi";
  readonly medium?: DiskSource;
  readonly seclabels?: readonly SecurityLabel[];
}

export function formatDisk(disk: Disk): XmlElement {
  return element("disk", { type: disk.source.kind, device: "disk", snapshot: "no" }, [
    element("driver", {
      name: "qemu",
      type: disk.format,
      cache: disk.cache,
      // A guest must not read zeroes after an I/O error; it is paused, and goes on when the storage is back.
      error_policy: "stop",
      io: disk.io,
      discard: disk.discards === undefined ? undefined : disk.discards ? "unmap" : "ignore",
    }),
    formatSource(disk.source, disk.seclabels),
    element("target", { dev: disk.target, bus: disk.bus }),
    disk.isReadOnly ? element("readonly") : undefined,
    disk.isShareable ? element("shareable") : undefined,
    ...formatCommon(disk),
  ]);
}

export function formatCdrom(cdrom: Cdrom): XmlElement {
  return element("disk", { type: cdrom.medium?.kind ?? "file", device: "cdrom", snapshot: "no" }, [
    element("driver", { name: "qemu", type: "raw", error_policy: "report" }),
    cdrom.medium === undefined ? undefined : formatSource(cdrom.medium, cdrom.seclabels),
    element("target", { dev: cdrom.target, bus: cdrom.bus }),
    element("readonly"),
    ...formatCommon(cdrom),
  ]);
}

function formatCommon(drive: AnyDrive): (XmlElement | undefined)[] {
  return [
    drive.serial === undefined ? undefined : element("serial", {}, [drive.serial]),
    formatBootOrder(drive),
    formatAlias(drive),
  ];
}

/** The `<source>` of a disk, to be put into an existing one by `replaceDiskSource`. */
export function formatSource(source: DiskSource, seclabels: readonly SecurityLabel[] = []): XmlElement {
  return element(
    "source",
    { [source.kind === "file" ? "file" : "dev"]: source.path },
    seclabels.map(formatSecurityLabel),
  );
}

/** Where the disk's bytes are on this host; `undefined` for an empty drive, and for sources on a network. */
export function readSource(disk: XmlElement): DiskSource | undefined {
  const source = findChild(disk, "source");
  const file = attributeOf(source, "file");
  // oVirt writes an empty drive as a file without a name.
  if (file !== undefined && file !== "") return { kind: "file", path: file };
  const device = attributeOf(source, "dev");
  return device === undefined || device === "" ? undefined : { kind: "block", path: device };
}

/** A disk as `formatDisk` writes it; `undefined` when it is of another kind. */
export function readDisk(from: XmlElement): Disk | undefined {
  const source = readSource(from);
  const driver = findChild(from, "driver");
  const bus = oneOf(attributeOf(findChild(from, "target"), "bus"), ["virtio", "scsi", "sata"]);
  const format = oneOf(attributeOf(driver, "type"), ["raw", "qcow2"]);
  if (attributeOf(from, "device") !== "disk" || !source || !bus || !format) return undefined;
  const cache = oneOf(attributeOf(driver, "cache"), ["none", "writeback", "writethrough", "unsafe", "directsync"]);
  const io = oneOf(attributeOf(driver, "io"), ["threads", "native", "io_uring"]);
  const discard = attributeOf(driver, "discard");
  return {
    device: "disk",
    bus,
    source,
    format,
    ...optional("cache", cache),
    ...optional("io", io),
    ...(findChild(from, "readonly") !== undefined && { isReadOnly: true }),
    ...(findChild(from, "shareable") !== undefined && { isShareable: true }),
    ...(discard !== undefined && { discards: discard === "unmap" }),
    ...readSeclabels(from),
    ...readCommon(from),
  };
}

/** A drive as `formatCdrom` writes it; `undefined` when it is of another kind. */
export function readCdrom(from: XmlElement): Cdrom | undefined {
  const bus = oneOf(attributeOf(findChild(from, "target"), "bus"), ["sata", "scsi"]);
  if (attributeOf(from, "device") !== "cdrom" || !bus) return undefined;
  const medium = readSource(from);
  return {
    device: "cdrom",
    bus,
    ...optional("medium", medium),
    ...readSeclabels(from),
    ...readCommon(from),
  };
}

function readCommon(from: XmlElement): AnyDrive {
  const serial = findText(from, "serial");
  return {
    target: attributeOf(findChild(from, "target"), "dev") ?? "",
    ...optional("serial", serial),
    ...readBootOrder(from),
    ...readAlias(from),
  };
}

function readSeclabels(from: XmlElement): { seclabels?: readonly SecurityLabel[] } {
  const seclabels = listChildren(findChild(from, "source"), "seclabel").flatMap(
    (label) => readSecurityLabel(label) ?? [],
  );
  return seclabels.length === 0 ? {} : { seclabels };
}
