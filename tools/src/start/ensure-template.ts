import { readFile, stat } from "node:fs/promises";
import { type Disk, isNotFound, type ManagerClient, type Template, type Vm } from "@yagura/rest-client";
import { poll } from "@yagura/std/poll.ts";
import { names, settleMs } from "./ensure-data-center.ts";
import { demoMemoryBytes } from "./ensure-guest.ts";
import { uploadDisk } from "./upload-disk.ts";

/** The template of the demo guest, made from a disk file by way of an uploaded disk and a VM. */
export async function ensureTemplate(
  client: ManagerClient,
  trust: { ca: string },
  diskFile: string,
): Promise<Template> {
  const [known] = await client.templates.list({ search: `name=${names.template}` });
  if (known !== undefined) return waitForTemplate(client, known);

  const disk = await ensureUploaded(client, trust, diskFile);
  const source = await ensureSourceVm(client, disk);
  const template = await client.templates.add({
    name: names.template,
    description: "A Debian kernel with busybox and the QEMU guest agent",
    vm: { id: source.id },
  });
  const ready = await waitForTemplate(client, template);
  await client.vms.remove(source.id ?? "").catch(ignoreNotFound);
  return ready;
}

async function waitForTemplate(client: ManagerClient, template: Template): Promise<Template> {
  return poll(
    "the template",
    async () => {
      const now = await client.templates.get(template.id ?? "");
      return now.status === "ok" ? now : undefined;
    },
    { timeoutMs: settleMs, everyMs: 250 },
  );
}

async function ensureUploaded(client: ManagerClient, trust: { ca: string }, file: string): Promise<Disk> {
  const name = "demo-disk";
  const virtualBytes = await readVirtualSize(file);
  const [known] = await client.disks.list({ search: `name=${name}` });
  // A disk that was left half uploaded by a start that was cut short is worth nothing.
  if (known?.status === "ok" && known.description === "complete") return known;
  if (known !== undefined) await client.disks.remove(known.id ?? "");
  const { size: fileBytes } = await stat(file);
  const disk = await client.disks.add({
    name,
    format: "cow",
    sparse: true,
    provisioned_size: virtualBytes,
    initial_size: fileBytes,
    storage_domains: [{ name: names.storageDomain }],
  });
  await waitForDisk(client, disk);
  await uploadDisk(client, trust, { diskId: disk.id ?? "", file });
  await client.disks.update(disk.id ?? "", { description: "complete" });
  return waitForDisk(client, disk);
}

async function waitForDisk(client: ManagerClient, disk: Disk): Promise<Disk> {
  return poll(
    `disk ${disk.name}`,
    async () => {
      const now = await client.disks.get(disk.id ?? "");
      return now.status === "ok" ? now : undefined;
    },
    { timeoutMs: settleMs, everyMs: 200 },
  );
}

async function ensureSourceVm(client: ManagerClient, disk: Disk): Promise<Vm> {
  const name = "demo-template-source";
  const [known] = await client.vms.list({ search: `name=${name}` });
  const vm =
    known ??
    (await client.vms.add({
      name,
      cluster: { name: names.cluster },
      template: { name: "Blank" },
      memory: demoMemoryBytes,
      os: { type: "other_linux" },
    }));
  const attachments = client.vms.at(vm.id ?? "").disk_attachments;
  if ((await attachments.list()).length === 0) {
    await attachments.add({ disk: { id: disk.id }, bootable: true, active: true, interface: "virtio" });
  }
  return vm;
}

function ignoreNotFound(error: unknown): void {
  if (!isNotFound(error)) throw error;
}

/** The virtual size in the header of a qcow2 file: eight bytes at offset 24, big endian. */
async function readVirtualSize(file: string): Promise<number> {
  const header = (await readFile(file)).subarray(0, 32);
  return Number(header.readBigUInt64BE(24));
}
