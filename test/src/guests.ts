// Guests of tests, made and watched over the REST API as any client would.
import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import type { ManagerClient, Vm } from "@yagura/rest-client";
import { poll } from "@yagura/std/poll.ts";
import { GiB } from "@yagura/std/units.ts";
import { uploadDisk } from "../../tools/src/start/upload-disk.ts";

/** A full system boots in half a minute by emulation, when nothing else wants the processors. */
const bootMs = 240_000;

export interface NewGuest {
  readonly name: string;
  readonly cluster: string;
  readonly storageDomain: string;
  readonly memoryBytes: number;
  /** A qcow2 file of at most 2 GiB (virtual). */
  readonly diskFile: string;
  /** The Manager's authority. */
  readonly ca: string;
}

/** A VM with an uploaded disk and a NIC, stopped; its id. */
export async function addGuest(client: ManagerClient, guest: NewGuest): Promise<string> {
  const { name, cluster, memoryBytes } = guest;
  const diskId = await addDisk(client, guest);
  const { id: vmId = "" } = await client.vms.add({
    name,
    memory: memoryBytes,
    cluster: { name: cluster },
    template: { name: "Blank" },
    os: { type: "other_linux" },
  });
  const parts = client.vms.at(vmId);
  await parts.disk_attachments.add({ disk: { id: diskId }, bootable: true, active: true, interface: "virtio" });
  await parts.nics.add({ name: "nic1", vnic_profile: { name: "ovirtmgmt" } });
  await untilVmIs(client, vmId, "down");
  return vmId;
}

async function addDisk(client: ManagerClient, { name, storageDomain, diskFile, ca }: NewGuest): Promise<string> {
  const { id: diskId = "" } = await client.disks.add({
    name,
    format: "cow",
    sparse: true,
    provisioned_size: 2 * GiB,
    initial_size: (await stat(diskFile)).size,
    storage_domains: [{ name: storageDomain }],
  });
  const untilOk = (): Promise<boolean> =>
    poll(`disk ${name}`, async () => (await client.disks.get(diskId)).status === "ok", { timeoutMs: 60_000 });
  await untilOk();
  await uploadDisk(client, { ca }, { diskId, file: diskFile });
  await untilOk();
  return diskId;
}

/**
 * Waits until the VM is up and its agent has told its name, an address on the guests' network, and its file systems.
 * @param needsAddress false where the guests' network gives none
 */
export async function untilAgentSpeaks(
  client: ManagerClient,
  vmId: string,
  { needsAddress = true }: { readonly needsAddress?: boolean } = {},
): Promise<Vm> {
  return poll(
    "the guest's agent",
    async () => {
      const vm = await client.vms.get(vmId);
      assert.notEqual(vm.status, "down", `the guest went down: ${vm.stop_reason}`);
      const devices = await client.vms.at(vmId).reported_devices.list();
      const hasAddress = devices.some(({ ips }) => ips?.some(({ address }) => address?.startsWith("192.168.")));
      const isKnown =
        (hasAddress || !needsAddress) && vm.fqdn !== undefined && (await readFileSystems(client, vmId)).length > 0;
      return vm.status === "up" && isKnown ? vm : undefined;
    },
    { timeoutMs: bootMs, everyMs: 500 },
  );
}

export async function untilVmIs(client: ManagerClient, vmId: string, status: Vm["status"]): Promise<void> {
  await poll(`VM ${vmId} to be ${status}`, async () => (await client.vms.get(vmId)).status === status, {
    timeoutMs: 120_000,
    everyMs: 250,
  });
}

/** As the guest's agent tells them. */
export async function readFileSystems(client: ManagerClient, vmId: string): Promise<{ path: string; fs: string }[]> {
  const statistics = await client.vms.at(vmId).statistics.list();
  const usage = statistics.find(({ name }) => name === "disks.usage");
  return JSON.parse(usage?.values?.[0]?.detail ?? "[]");
}
