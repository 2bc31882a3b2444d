import {
  attributeOf,
  cloneElement,
  type DiskSource,
  element,
  ensureChild,
  findChild,
  findText,
  formatSecurityLabel,
  formatXml,
  isElement,
  listChildren,
  listDevices,
  type NicSource,
  removeChildren,
  replaceChild,
  replaceDiskSource,
  replaceNicSource,
  type SecurityLabel,
  setAttribute,
  setGraphicsPassword,
  type XmlElement,
} from "@yagura/domain-xml";
import { formatVmRecord, type VmRecord } from "./vm-record.ts";

/** What this host puts in the place of the Manager's placeholders. */
export interface Realisation {
  readonly domainType: "kvm" | "qemu";
  readonly nicSource: NicSource;
  /** Where consoles listen. */
  readonly displayAddress: string;
  /** Opens a console that has no password yet to nobody; until a ticket is set. */
  readonly lockedPassword: string;
  /** Where the variables of a UEFI firmware are kept. */
  readonly nvramPath: string;
  /** By target name ("vda"): where the bytes are, and who may open them. */
  readonly disks: ReadonlyMap<string, RealDisk>;
  /** Whom QEMU runs as, if not whom libvirt would choose. */
  readonly seclabel?: SecurityLabel;
  readonly record: VmRecord;
}

export interface RealDisk {
  readonly source: DiskSource;
  /** Absent: libvirt on this host labels nothing. */
  readonly seclabel?: SecurityLabel;
}

/** A time long past: a password valid until then lets nobody in. */
const NEVER = new Date(1000);

/**
 * The document for libvirt on this host, made from the Manager's. Only what must differ between hosts is replaced:
 * paths of volumes, networks, listen addresses, emulator, and the accelerator with what hangs on it.
 */
export function realiseDomain(wanted: XmlElement, facts: Realisation): XmlElement {
  const domain = cloneElement(wanted);
  setAttribute(domain, "type", facts.domainType);
  if (facts.domainType === "qemu") forEmulation(domain);
  placeVariables(domain, facts.nvramPath);
  // Which QEMU there is differs from distribution to distribution; libvirt knows its own.
  const devices = findChild(domain, "devices");
  if (devices !== undefined) removeChildren(devices, "emulator");

  for (const nic of listDevices(domain, "interface")) {
    if (["bridge", "network", "user"].includes(attributeOf(nic, "type") ?? "")) replaceNicSource(nic, facts.nicSource);
    // The filter against forged MAC addresses is vdsm's own and is not on every host.
    if (attributeOf(findChild(nic, "filterref"), "filter")?.startsWith("vdsm-") === true)
      removeChildren(nic, "filterref");
  }
  for (const disk of listDevices(domain, "disk")) {
    const real = facts.disks.get(attributeOf(findChild(disk, "target"), "dev") ?? "");
    if (real === undefined) continue;
    replaceDiskSource(disk, real.source, { seclabels: real.seclabel === undefined ? [] : [real.seclabel] });
  }
  for (const graphics of listDevices(domain, "graphics")) listenAt(graphics, facts);
  if (facts.seclabel !== undefined) labelGuest(domain, facts.seclabel);
  setRecord(domain, facts.record);
  return domain;
}

/** The least that libvirt accepts: it holds the id while the real document is being prepared. */
export function placeholderXml(wanted: XmlElement, record: VmRecord): string {
  const copy = (name: string): XmlElement | undefined => {
    const found = findChild(wanted, name);
    return found === undefined ? undefined : cloneElement(found);
  };
  const domain = element("domain", { type: "qemu" }, [
    copy("name"),
    copy("uuid"),
    copy("metadata") ?? element("metadata"),
    element("memory", { unit: "KiB" }, [1024]),
    element("os", {}, [element("type", { arch: "x86_64" }, ["hvm"])]),
  ]);
  for (const [name, value] of wanted.attributes) if (name.startsWith("xmlns")) setAttribute(domain, name, value);
  setRecord(domain, record);
  return formatXml(domain);
}

function setRecord(domain: XmlElement, record: VmRecord): void {
  const metadata = findChild(domain, "metadata") ?? element("metadata");
  const formatted = formatVmRecord(record);
  const others = listChildren(metadata).filter((child) => child.name !== formatted.name);
  metadata.children.splice(0, metadata.children.length, ...others, formatted);
  if (findChild(domain, "metadata") === undefined) domain.children.splice(2, 0, metadata);
}

/** libvirt would name the file after the guest, and the next guest of that name would get what this one leaves in it. */
function placeVariables(domain: XmlElement, nvramPath: string): void {
  const os = findChild(domain, "os");
  const isNamed = findText(os, "nvram") !== undefined && findText(os, "nvram") !== "";
  if (os === undefined || attributeOf(os, "firmware") !== "efi" || isNamed) return;
  ensureChild(os, "nvram").children.push(nvramPath);
}

/** In the place of a label of the same kind; those of other kinds stay. */
function labelGuest(domain: XmlElement, label: SecurityLabel): void {
  const others = domain.children.filter(
    (child) => !isElement(child) || child.name !== "seclabel" || attributeOf(child, "model") !== label.model,
  );
  domain.children.splice(0, domain.children.length, ...others, formatSecurityLabel(label));
}

/** Emulation knows none of KVM's features, and has its own best CPU. */
function forEmulation(domain: XmlElement): void {
  const features = findChild(domain, "features");
  if (features !== undefined) for (const name of ["hyperv", "kvm", "ioapic"]) removeChildren(features, name);
  const clock = findChild(domain, "clock");
  if (clock !== undefined) {
    const kept = listChildren(clock).filter(
      (timer) => !["kvmclock", "hypervclock"].includes(attributeOf(timer, "name") ?? ""),
    );
    clock.children.splice(0, clock.children.length, ...kept);
  }
  const cpu = findChild(domain, "cpu");
  const kept = listChildren(cpu).filter((child) => child.name === "topology" || child.name === "numa");
  replaceChild(domain, element("cpu", { mode: "maximum" }, kept));
}

function listenAt(graphics: XmlElement, facts: Realisation): void {
  const listen = findChild(graphics, "listen");
  const isSocket = attributeOf(listen, "type") === "socket" || attributeOf(listen, "type") === "none";
  if (!isSocket) {
    setAttribute(graphics, "listen", undefined);
    removeChildren(graphics, "listen");
    graphics.children.push(element("listen", { type: "address", address: facts.displayAddress }));
  }
  if (attributeOf(graphics, "passwd") === undefined) setGraphicsPassword(graphics, facts.lockedPassword, NEVER);
}
