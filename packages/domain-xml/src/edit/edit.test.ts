import assert from "node:assert/strict";
import { test } from "node:test";
import {
  attributeOf,
  findChild,
  findDeviceByAlias,
  findDisk,
  findNic,
  findVmMetadata,
  formatXml,
  listDevices,
  mergeVmMetadata,
  parseDomainXml,
  parseXml,
  readSource,
  replaceDiskSource,
  replaceNicSource,
  setGraphicsPassword,
} from "@yagura/domain-xml";

/** As oVirt's engine writes it, with things that we know nothing of. */
const engineXml = `<domain type="kvm" xmlns:ovirt-tune="http://ovirt.org/vm/tune/1.0" xmlns:ovirt-vm="http://ovirt.org/vm/1.0">
  <name>vm1</name><uuid>11111111-2222-4333-8444-555555555555</uuid>
  <metadata>
    <ovirt-tune:qos><ovirt-tune:vcpuLimit>50</ovirt-tune:vcpuLimit></ovirt-tune:qos>
    <ovirt-vm:vm>
      <ovirt-vm:minGuaranteedMemoryMb type="int">512</ovirt-vm:minGuaranteedMemoryMb>
      <ovirt-vm:launchPaused type="bool">False</ovirt-vm:launchPaused>
      <ovirt-vm:custom/>
      <ovirt-vm:device devtype="disk" name="vda">
        <ovirt-vm:poolID>9d99ea76-ee96-4978-bdca-2bf190529411</ovirt-vm:poolID>
        <ovirt-vm:domainID>75f8a1bb-4504-4314-91ca-d9365a30692b</ovirt-vm:domainID>
        <ovirt-vm:imageID>0000000a-0000-4000-8000-000000000000</ovirt-vm:imageID>
        <ovirt-vm:volumeID>00000001-0000-4000-8000-000000000000</ovirt-vm:volumeID>
        <ovirt-vm:volumeChain><ovirt-vm:volumeChainNode><ovirt-vm:path>/x</ovirt-vm:path></ovirt-vm:volumeChainNode></ovirt-vm:volumeChain>
      </ovirt-vm:device>
    </ovirt-vm:vm>
  </metadata>
  <memory unit="MiB">512</memory><vcpu current="1">16</vcpu>
  <os><type arch="x86_64" machine="pc-q35-rhel8.6.0">hvm</type></os>
  <devices>
    <disk type="file" device="disk"><driver name="qemu" type="qcow2"/>
      <source file="/rhev/placeholder"><seclabel model="dac" relabel="no"/></source><backingStore/>
      <target dev="vda" bus="virtio"/><alias name="ua-1"/><encryption/></disk>
    <disk type="file" device="cdrom"><source file=""/><target dev="sdc" bus="sata"/></disk>
    <interface type="bridge"><mac address="56:6F:11:22:33:44"/><source bridge="ovirtmgmt"/><filterref filter="vdsm-no-mac-spoofing"/><model type="virtio"/></interface>
    <graphics type="vnc" port="-1" autoport="yes" passwd="*****"><listen type="network" network="vdsm-ovirtmgmt"/></graphics>
    <redirdev type="spicevmc" bus="usb"/>
  </devices>
</domain>`;

test("a document of oVirt's engine is understood as far as it goes", () => {
  const { disks, nics, metadata, memoryBytes, vcpuCount, machine } = parseDomainXml(engineXml);
  assert.deepEqual(
    { memoryBytes, vcpuCount, machine },
    { memoryBytes: 512 * 1024 ** 2, vcpuCount: 1, machine: "pc-q35-rhel8.6.0" },
  );
  assert.deepEqual(disks[0]?.volume, {
    poolId: "9d99ea76-ee96-4978-bdca-2bf190529411",
    domainId: "75f8a1bb-4504-4314-91ca-d9365a30692b",
    imageId: "0000000a-0000-4000-8000-000000000000",
    volumeId: "00000001-0000-4000-8000-000000000000",
  });
  assert.equal(nics[0]?.mac, "56:6f:11:22:33:44");
  assert.deepEqual(metadata?.values, { minGuaranteedMemoryMb: 512, launchPaused: false });
});

test("pointing a disk elsewhere keeps what stands beside, and forgets the chain of the old bytes", () => {
  const domain = parseXml(engineXml);
  const disk = findDisk(domain, "vda");
  assert.ok(disk);
  replaceDiskSource(disk, { kind: "file", path: "/real&path" });
  assert.equal(
    formatXml(disk).replace(/\n */g, ""),
    `<disk type="file" device="disk"><driver name="qemu" type="qcow2"/><source file="/real&amp;path"><seclabel model="dac" relabel="no"/></source>` +
      `<target dev="vda" bus="virtio"/><alias name="ua-1"/><encryption/></disk>`,
  );
  replaceDiskSource(
    disk,
    { kind: "block", path: "/dev/x" },
    { seclabels: [{ model: "dac", relabels: true, label: "+36:+36" }] },
  );
  assert.deepEqual(readSource(disk), { kind: "block", path: "/dev/x" });
  assert.equal(attributeOf(disk, "type"), "block");
  assert.equal(attributeOf(findChild(disk, "source", "seclabel"), "relabel"), "yes");
  assert.equal(attributeOf(findChild(disk, "source"), "file"), undefined);
});

test("a drive is emptied", () => {
  const drive = findDisk(parseXml(engineXml), "sdc");
  assert.ok(drive);
  replaceDiskSource(drive, undefined);
  assert.equal(readSource(drive), undefined);
});

test("a NIC is plugged into something else and stays the same for the guest", () => {
  const nic = findNic(parseXml(engineXml), "56:6f:11:22:33:44");
  assert.ok(nic);
  replaceNicSource(nic, { kind: "network", network: "default" });
  assert.equal(attributeOf(findChild(nic, "source"), "network"), "default");
  assert.ok(findChild(nic, "filterref"));
  replaceNicSource(nic, { kind: "user" });
  assert.deepEqual([findChild(nic, "source"), findChild(nic, "filterref")], [undefined, undefined]);
  assert.equal(attributeOf(findChild(nic, "mac"), "address"), "56:6F:11:22:33:44");
});

test("a VNC password is set with its end, and taken away", () => {
  const [graphics] = listDevices(parseXml(engineXml), "graphics");
  assert.ok(graphics);
  setGraphicsPassword(graphics, "secret", new Date("2026-11-22T10:00:00.123Z"));
  assert.deepEqual(
    [attributeOf(graphics, "passwd"), attributeOf(graphics, "passwdValidTo")],
    ["secret", "2026-11-22T10:00:00"],
  );
  setGraphicsPassword(graphics, undefined);
  assert.deepEqual([graphics.attributes.has("passwd"), graphics.attributes.has("passwdValidTo")], [false, false]);
});

test("metadata are merged into the engine's: what we do not know stays", () => {
  const domain = parseXml(engineXml);
  mergeVmMetadata(domain, {
    values: { launchPaused: true, startTime: 5 },
    custom: { color: "red" },
    devices: [{ of: { devtype: "disk", name: "vda" }, values: { volumeID: "new" } }],
  });
  const merged = parseXml(formatXml(domain));
  const text = formatXml(findVmMetadata(merged) ?? domain);
  assert.match(text, /<ovirt-vm:volumeChain>/);
  assert.match(formatXml(merged), /<ovirt-tune:vcpuLimit>50/);
  const { values, custom, devices } = parseDomainXml(formatXml(merged)).metadata ?? {};
  assert.deepEqual(
    { values, custom },
    { values: { minGuaranteedMemoryMb: 512, launchPaused: true, startTime: 5 }, custom: { color: "red" } },
  );
  assert.equal(devices?.length, 1);
  assert.equal(devices?.[0]?.values["volumeID"], "new");
});

test("a domain without metadata gets some", () => {
  const domain = parseXml(
    "<domain><name>a</name><uuid>11111111-2222-4333-8444-555555555555</uuid><memory>1</memory></domain>",
  );
  mergeVmMetadata(domain, { values: { resumeBehavior: "kill" }, custom: {}, devices: [] });
  assert.equal(parseDomainXml(formatXml(domain)).metadata?.values["resumeBehavior"], "kill");
  assert.deepEqual(
    domain.children.map((child) => (typeof child === "string" ? child : child.name)),
    ["name", "uuid", "metadata", "memory"],
  );
});

test("devices are found by their alias", () => {
  assert.equal(findDeviceByAlias(parseXml(engineXml), "ua-1")?.name, "disk");
});
