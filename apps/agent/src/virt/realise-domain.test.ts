import assert from "node:assert/strict";
import { test } from "node:test";
import { attributeOf, findChild, findDisk, findText, formatXml, listDevices, parseXml } from "@yagura/domain-xml";
import { placeholderXml, type Realisation, realiseDomain } from "./realise-domain.ts";
import { findVmRecord } from "./vm-record.ts";

const fromManager = parseXml(`
<domain type="kvm" xmlns:ovirt-vm="http://ovirt.org/vm/1.0">
  <name>demo</name>
  <uuid>2f2a3a5e-0000-4000-8000-000000000001</uuid>
  <metadata><ovirt-vm:vm><ovirt-vm:clusterVersion>4.7</ovirt-vm:clusterVersion></ovirt-vm:vm></metadata>
  <memory>262144</memory>
  <cpu mode="host-passthrough"><model>x</model><topology sockets="1" cores="2" threads="1"/></cpu>
  <features><acpi/><hyperv><relaxed state="on"/></hyperv></features>
  <clock offset="utc"><timer name="rtc"/><timer name="kvmclock" present="yes"/></clock>
  <devices>
    <emulator>/usr/libexec/qemu-kvm</emulator>
    <disk type="file" device="disk"><source file="/rhev/placeholder"><seclabel model="dac" relabel="no"/></source><target dev="vda" bus="virtio"/></disk>
    <interface type="bridge"><mac address="56:6f:00:00:00:01"/><source bridge="ovirtmgmt"/><filterref filter="vdsm-no-mac-spoofing"/></interface>
    <graphics type="vnc" port="-1"><listen type="network" network="vdsm-ovirtmgmt"/></graphics>
  </devices>
</domain>`);

const facts: Realisation = {
  domainType: "qemu",
  nicSource: { kind: "user" },
  displayAddress: "127.0.0.1",
  lockedPassword: "secret12",
  nvramPath: "/nvram/2f2a.fd",
  disks: new Map([
    ["vda", { source: { kind: "file", path: "/data/vol" }, seclabel: { model: "dac", relabels: true } }],
  ]),
  record: { phase: "started", startedAtMs: 1234 },
};

test("realiseDomain puts this host's disk, network and address in the place of the Manager's", () => {
  const domain = realiseDomain(fromManager, facts);
  const source = findChild(findDisk(domain, "vda"), "source");
  assert.equal(attributeOf(source, "file"), "/data/vol");
  assert.equal(attributeOf(findChild(source, "seclabel"), "relabel"), "yes");
  const [nic] = listDevices(domain, "interface");
  assert.equal(attributeOf(nic, "type"), "user");
  assert.equal(findChild(nic, "filterref"), undefined);
  const [graphics] = listDevices(domain, "graphics");
  assert.equal(attributeOf(findChild(graphics, "listen"), "address"), "127.0.0.1");
  assert.equal(findChild(domain, "devices", "emulator"), undefined);
});

test("realiseDomain lets nobody in at a console without a ticket", () => {
  const [graphics] = listDevices(realiseDomain(fromManager, facts), "graphics");
  assert.equal(attributeOf(graphics, "passwd"), "secret12");
  assert.equal(attributeOf(graphics, "passwdValidTo"), "1970-01-01T00:00:01");
});

test("realiseDomain takes out what only KVM has when the guest is emulated", () => {
  const domain = realiseDomain(fromManager, facts);
  assert.equal(attributeOf(domain, "type"), "qemu");
  assert.equal(attributeOf(findChild(domain, "cpu"), "mode"), "maximum");
  assert.equal(attributeOf(findChild(domain, "cpu", "topology"), "cores"), "2");
  assert.equal(findChild(domain, "features", "hyperv"), undefined);
  assert.doesNotMatch(formatXml(domain), /kvmclock/);
});

test("realiseDomain leaves the CPU alone on KVM, and never changes what the Manager sent", () => {
  const before = formatXml(fromManager);
  const domain = realiseDomain(fromManager, { ...facts, domainType: "kvm" });
  assert.equal(attributeOf(findChild(domain, "cpu"), "mode"), "host-passthrough");
  assert.equal(formatXml(fromManager), before);
});

test("realiseDomain keeps the variables of UEFI by the VM's id, unless the Manager names a file", () => {
  const withOs = (os: string) => parseXml(formatXml(fromManager).replace("<devices>", `${os}<devices>`));
  const pathOf = (os: string) => findText(realiseDomain(withOs(os), facts), "os", "nvram");
  assert.equal(pathOf('<os firmware="efi"><type>hvm</type></os>'), "/nvram/2f2a.fd");
  assert.equal(pathOf('<os firmware="efi"><type>hvm</type><nvram/></os>'), "/nvram/2f2a.fd");
  assert.equal(pathOf('<os firmware="efi"><type>hvm</type><nvram>/own.fd</nvram></os>'), "/own.fd");
  assert.equal(pathOf("<os><type>hvm</type></os>"), undefined);
});

test("the agent's record survives a round trip through the document", () => {
  const exit = { code: 1 as const, reason: "libvirtStartFailed" as const, message: "no\u0001 luck" };
  const text = formatXml(
    realiseDomain(fromManager, { ...facts, record: { phase: "started", asked: "shutdown", exit } }),
  );
  assert.deepEqual(findVmRecord(parseXml(text)), {
    phase: "started",
    asked: "shutdown",
    exit: { ...exit, message: "no  luck" },
  });
});

test("a placeholder is recognised by its record and keeps the Manager's metadata", () => {
  const placeholder = parseXml(placeholderXml(fromManager, { phase: "placeholder" }));
  assert.deepEqual(findVmRecord(placeholder), { phase: "placeholder" });
  assert.notEqual(findChild(placeholder, "metadata", "ovirt-vm:vm"), undefined);
  assert.equal(findVmRecord(fromManager), undefined);
});
