import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDomainXml } from "@yagura/domain-xml";
import { newId, type VmId } from "@yagura/std/ids.ts";
import { disklessGuest } from "../testing/real-virt.ts";
import type { VmView } from "../virt/vm.ts";
import { vmExit } from "../virt/vm-exit.ts";
import { computeVmUsage } from "../virt/vm-usage.ts";
import { formatVmStats, formatVmStatus } from "./format-vm-stats.ts";

const vmId = newId<VmId>();
const view = (changes: Partial<VmView> = {}): VmView => ({
  vmId,
  name: "demo",
  status: "Up",
  statusSinceMs: 1_000,
  pauseCode: "NOERR",
  startedAtMs: 5_000,
  xml: "",
  xmlDigest: "digest",
  isResponding: true,
  guest: {},
  isGuestAgentConnected: false,
  domain: parseDomainXml(disklessGuest({ vmId }).xml),
  ...changes,
});

test("a VM that is Down tells how it ended, by vdsm's numbers", () => {
  const stats = formatVmStats(view({ status: "Down", exit: vmExit(1, "libvirtStartFailed", "no memory") }), 0);
  assert.deepEqual(stats, {
    vmId,
    vmName: "demo",
    status: "Down",
    statusTime: String(2 ** 31 - 1 + 1_000),
    timeOffset: 0,
    exitCode: 1,
    exitMessage: "libvirt could not start the VM: no memory",
    exitReason: 3,
  });
});

test("numbers that vdsm writes as text are text", () => {
  const sample = { monotonicMs: 1, row: { "vcpu.current": 2, "balloon.current": 65_536, "balloon.maximum": 65_536 } };
  const stats = formatVmStats(view({ usage: computeVmUsage(sample) }), 65_000);
  assert.ok(!("exitReason" in stats));
  assert.deepEqual(
    [stats.elapsedTime, stats.cpuUser, stats.vcpuCount, stats.monitorResponse, stats.memUsage, stats.pid],
    ["60", "0.00", "2", "0", "0", "0"],
  );
  assert.deepEqual(stats.balloonInfo?.balloon_cur, "65536");
});

test("what the guest says reaches the fields that the Manager reads", () => {
  const guest = {
    hostName: "demo",
    agentVersion: "7.2",
    nics: [{ name: "eth0", mac: "56:6f:00:00:00:01", ipv4: ["192.168.130.5"], ipv6: ["fe80::1"] }],
    users: ["alice"],
    timezone: { name: "JST", offsetSeconds: 32_400 },
  };
  const stats = formatVmStats(view({ guest }), 0);
  assert.ok(!("exitReason" in stats));
  assert.equal(stats.guestIPs, "192.168.130.5");
  assert.deepEqual(stats.netIfaces, [
    { name: "eth0", hw: "56:6f:00:00:00:01", inet: ["192.168.130.5"], inet6: ["fe80::1"] },
  ]);
  assert.deepEqual([stats.guestName, stats.username, stats.session], ["demo", "alice", "UserLoggedOn"]);
  assert.deepEqual(stats.guestTimezone, { offset: 540, zone: "JST" });
});

test("a VM that does not respond, or was put aside, says so beside its last known state", () => {
  const stats = formatVmStats(view({ isResponding: false, asideBecause: "its document is broken" }), 0);
  assert.ok(!("exitReason" in stats));
  assert.deepEqual([stats.status, stats.monitorResponse], ["Up", "-1"]);
  assert.match(stats.exitMessage ?? "", /its document is broken/);
});

test("the event of a pause by an I/O error names the disk", () => {
  const ioError = { path: "/disk", alias: "ua-1", pauseCode: "EIO" as const };
  const status = formatVmStatus(view({ status: "Paused", pauseCode: "EIO", ioError }), 0);
  assert.deepEqual([status.pauseCode, status.ioerror], ["EIO", { alias: "ua-1", name: "/disk", path: "/disk" }]);
});

test("what a disk takes and how long its file is comes from QEMU, as far as QEMU knows it", () => {
  const row = {
    "block.count": 1,
    "block.0.name": "vda",
    "block.0.capacity": 1000,
    "block.0.physical": 300,
    "block.0.allocation": 400,
  };
  const sizesOf = (kind: "file" | "block", format: string) => {
    const disk = { device: "disk", target: "vda", format, isReadOnly: false, source: { kind, path: "/x" } };
    const domain = { ...view().domain, disks: [disk] } as unknown as NonNullable<VmView["domain"]>;
    const stats = formatVmStats(view({ domain, usage: computeVmUsage({ monotonicMs: 1, row }) }), 0);
    const { truesize, apparentsize } = ("disks" in stats ? stats.disks?.["vda"] : undefined) ?? {};
    return [truesize, apparentsize];
  };
  assert.deepEqual(sizesOf("file", "raw"), ["300", "1000"]);
  assert.deepEqual(sizesOf("file", "qcow2"), ["300", "400"]);
  assert.deepEqual(sizesOf("block", "qcow2"), ["300", "300"]);
});
