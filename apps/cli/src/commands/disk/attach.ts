import type { DiskAttachment } from "@yagura/rest-client";
import { oneLine } from "@yagura/std/one-line.ts";
import { type Command, Option } from "commander";
import type { Cli, Command as CliCommand } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { diskTitle } from "./follow-disk.ts";

interface AttachOptions {
  readonly interface: string;
  readonly bootable?: boolean;
  readonly readOnly?: boolean;
}

const interfaces = ["virtio_scsi", "virtio", "sata", "ide"] as const;

/** `yagura disk attach|detach VM DISK` */
export function addDiskAttachments(disk: Command, cli: Cli): void {
  addAttach(disk, cli);
  addDetach(disk, cli);
}

function addAttach(disk: Command, cli: Cli): void {
  disk
    .command("attach")
    .description("give a disk to a VM that is down")
    .argument("<vm>", "name or id")
    .argument("<disk>", "name or id")
    .addOption(
      new Option("--interface <interface>", "how the guest sees it").choices(interfaces).default("virtio_scsi"),
    )
    .option("--bootable", "the VM starts from it")
    .option("--read-only", "the guest cannot write to it")
    .action((vmName: string, diskName: string, options: AttachOptions) =>
      cli.withManager(`attach disk ${diskName} to VM ${vmName}`, async (open) => {
        const { vm, found } = await findBoth(open, vmName, diskName);
        const body: DiskAttachment = {
          disk: { id: found.id },
          interface: interfaces.find((one) => one === options.interface) ?? "virtio_scsi",
          bootable: options.bootable === true,
          active: true,
          ...(options.readOnly !== undefined && { read_only: options.readOnly }),
        };
        await open.manager.vms.at(vm.id).disk_attachments.add(body, {}, callOf(open));
        cli.say(`VM ${oneLine(vm.name ?? vm.id)} has disk ${diskTitle(found)}.`);
      }),
    );
}

function addDetach(disk: Command, cli: Cli): void {
  disk
    .command("detach")
    .description("take a disk from a VM that is down; the disk stays as it is")
    .argument("<vm>", "name or id")
    .argument("<disk>", "name or id")
    .action((vmName: string, diskName: string) =>
      cli.withManager(`detach disk ${diskName} from VM ${vmName}`, async (open) => {
        const { vm, found } = await findBoth(open, vmName, diskName);
        await open.manager.vms.at(vm.id).disk_attachments.remove(found.id, { detach_only: true }, callOf(open));
        cli.say(`VM ${oneLine(vm.name ?? vm.id)} has disk ${diskTitle(found)} no more.`);
      }),
    );
}

async function findBoth({ manager }: CliCommand, vmName: string, diskName: string) {
  const vm = await findOne("VM", vmName, manager.vms);
  return { vm, found: await findOne("disk", diskName, manager.disks) };
}

function callOf({ world }: CliCommand) {
  return { correlationId: world.newCorrelationId(), signal: world.signal };
}
