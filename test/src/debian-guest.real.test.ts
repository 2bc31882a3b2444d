import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { debianGuestCache } from "@yagura/lab/cache-directory.ts";
import { buildDebianDisk, whyNoDebian } from "@yagura/lab/debian-guest/build-debian-disk.ts";
import { findLibvirtd } from "@yagura/lab/private-libvirtd.ts";
import { readRecord } from "@yagura/lab/recorded-process.ts";
import { fetchAuthority, type ManagerClient, type Vm } from "@yagura/rest-client";
import { poll } from "@yagura/std/poll.ts";
import { GiB, MiB } from "@yagura/std/units.ts";
import { uploadDisk } from "../../tools/src/start/upload-disk.ts";
import { openGuestFiles } from "./guest-files.ts";
import { connectTo, putDemoDisk, quickStart, whyNoQuickStart } from "./quick-start.ts";

const skip = (await whyNoQuickStart()) || (await whyNoDebian());

/** A full system boots in half a minute by emulation, when nothing else wants the processors. */
const bootMs = 240_000;
const note = "/root/note";

test("a whole Debian runs from a disk uploaded over the API, and keeps what it wrote", { skip }, async (t) => {
  const disk = await buildDebianDisk(debianGuestCache());
  await using centre = await quickStart();
  await putDemoDisk(centre.data);
  const started = await centre.start();
  using client = await connectTo(started);
  const vmId = await addGuest(client, { name: "debian", disk, ca: (await fetchAuthority(started.url)).pem });
  await client.vms.action(vmId, "start");
  const libvirtd = await findLibvirtd(join(centre.data, "libvirt"));

  await t.test("its guest agent's data appear", async () => {
    const vm = await untilAgentSpeaks(client, vmId);
    assert.equal(vm.fqdn, "debian-guest");
    assert.match(vm.guest_operating_system?.distribution ?? "", /^Debian GNU\/Linux/);
    assert.match(vm.guest_operating_system?.kernel?.version?.full_version ?? "", /cloud-amd64/);
    assert.ok((await readFileSystems(client, vmId)).some(({ path, fs }) => path === "/" && fs === "ext4"));
  });

  await t.test("what it wrote is there after kill -9 of the Manager, and after a cold restart", async () => {
    assert.ok(libvirtd !== undefined);
    await using files = await openGuestFiles(libvirtd.socketPath, vmId);
    await files.write(note, "written before\n");

    const manager = await readRecord(join(centre.data, "run/manager.pid"));
    process.kill(manager?.pid ?? 0, "SIGKILL");
    using again = await connectTo(await centre.start());
    assert.equal((await again.vms.get(vmId)).status, "up");
    assert.equal(await files.read(note), "written before\n");

    await again.vms.action(vmId, "shutdown");
    await untilStatus(again, vmId, "down");
    await again.vms.action(vmId, "start");
    await untilAgentSpeaks(again, vmId);
    assert.equal(await files.read(note), "written before\n");
  });
});

/** A VM with an uploaded disk and a NIC, stopped; its id. */
async function addGuest(
  client: ManagerClient,
  { name, disk, ca }: { readonly name: string; readonly disk: string; readonly ca: string },
): Promise<string> {
  const [storage] = await client.storage_domains.list();
  const { id: diskId = "" } = await client.disks.add({
    name,
    format: "cow",
    sparse: true,
    provisioned_size: 2 * GiB,
    initial_size: (await stat(disk)).size,
    storage_domains: [{ id: storage?.id }],
  });
  const untilOk = (): Promise<boolean> =>
    poll("the disk", async () => (await client.disks.get(diskId)).status === "ok", { timeoutMs: 60_000 });
  await untilOk();
  await uploadDisk(client, { ca }, { diskId, file: disk });
  await untilOk();
  const vm = await client.vms.add({
    name,
    memory: 512 * MiB,
    cluster: { name: "Default" },
    template: { name: "Blank" },
    os: { type: "debian_9" },
  });
  const parts = client.vms.at(vm.id ?? "");
  await parts.disk_attachments.add({ disk: { id: diskId }, bootable: true, active: true, interface: "virtio" });
  await parts.nics.add({ name: "nic1", vnic_profile: { name: "ovirtmgmt" } });
  await untilStatus(client, vm.id ?? "", "down");
  return vm.id ?? "";
}

/** Waits until the VM is up and its agent has told an address on the guests' network, its name and its file systems. */
async function untilAgentSpeaks(client: ManagerClient, vmId: string): Promise<Vm> {
  return poll(
    "the guest's agent",
    async () => {
      const vm = await client.vms.get(vmId);
      assert.notEqual(vm.status, "down", `the guest went down: ${vm.stop_reason}`);
      const devices = await client.vms.at(vmId).reported_devices.list();
      const hasAddress = devices.some(({ ips }) => ips?.some(({ address }) => address?.startsWith("192.168.")));
      const isKnown = hasAddress && vm.fqdn !== undefined && (await readFileSystems(client, vmId)).length > 0;
      return vm.status === "up" && isKnown ? vm : undefined;
    },
    { timeoutMs: bootMs, everyMs: 500 },
  );
}

async function untilStatus(client: ManagerClient, vmId: string, status: Vm["status"]): Promise<void> {
  await poll(`VM ${vmId} to be ${status}`, async () => (await client.vms.get(vmId)).status === status, {
    timeoutMs: 120_000,
    everyMs: 250,
  });
}

async function readFileSystems(client: ManagerClient, vmId: string): Promise<{ path: string; fs: string }[]> {
  const statistics = await client.vms.at(vmId).statistics.list();
  const usage = statistics.find(({ name }) => name === "disks.usage");
  return JSON.parse(usage?.values?.[0]?.detail ?? "[]");
}
