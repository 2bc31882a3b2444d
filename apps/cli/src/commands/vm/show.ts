import type { DiskAttachment, ManagerClient, Nic, ReportedDevice, Vm } from "@yagura/rest-client";
import { formatBytes } from "@yagura/std/units.ts";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { type NameOf, namesOf } from "../../names-of.ts";
import { formatDetails } from "../../output/table.ts";
import { dateCell } from "../../output/text.ts";
import { cpuCount } from "./list.ts";

/** `yagura vm show VM` */
export function addShowVm(vm: Command, cli: Cli): void {
  vm.command("show")
    .description("show one VM with its disks, NICs and what its guest agent says")
    .argument("<vm>", "name or id")
    .action((name: string) =>
      cli.withManager(`show VM ${name}`, async ({ manager }) => {
        const { id } = await findOne("VM", name, manager.vms);
        const whole = await readWhole(manager, id);
        if (cli.output !== "table") return cli.printOne(whole, () => "");
        const names = {
          host: await namesOf(manager.hosts),
          cluster: await namesOf(manager.clusters),
          template: await namesOf(manager.templates),
        };
        cli.printOne(whole, () => formatDetails(detailsOf(whole, names)));
      }),
    );
}

type WholeVm = Vm & {
  readonly disk_attachments: readonly DiskAttachment[];
  readonly nics: readonly Nic[];
  readonly reported_devices: readonly ReportedDevice[];
};

async function readWhole(manager: ManagerClient, id: string): Promise<WholeVm> {
  const below = manager.vms.at(id);
  const [vm, attachments, nics, devices] = await Promise.all([
    manager.vms.get(id),
    below.disk_attachments.list(),
    below.nics.list(),
    below.reported_devices.list(),
  ]);
  const disks = await Promise.all(
    attachments.map(async (attachment) => {
      const disk = attachment.disk?.id === undefined ? attachment.disk : await manager.disks.get(attachment.disk.id);
      return { ...attachment, disk };
    }),
  );
  return { ...vm, disk_attachments: disks, nics, reported_devices: devices };
}

interface Names {
  readonly host: NameOf;
  readonly cluster: NameOf;
  readonly template: NameOf;
}

type Row = readonly [string, string | number | boolean | undefined];

function detailsOf(vm: WholeVm, names: Names): Row[] {
  const addresses = vm.reported_devices.flatMap(({ ips = [] }) => ips.flatMap(({ address }) => address ?? []));
  return [
    ["Name", vm.name],
    ["Id", vm.id],
    ["Status", statusLine(vm)],
    ["On storage error", onStorageError(vm.storage_error_resume_behaviour)],
    ...(!vm.stop_reason ? [] : [["Stopped because", vm.stop_reason] as const]),
    ["Description", vm.description],
    ["Cluster", names.cluster(vm.cluster)],
    ["Template", names.template(vm.template)],
    ["Host", names.host(vm.host)],
    ["Memory", vm.memory && formatBytes(vm.memory)],
    ["CPUs", cpuCount(vm)],
    ["Started", dateCell(vm.start_time)],
    ["Guest", vm.guest_operating_system?.distribution],
    ["FQDN", vm.fqdn],
    ["Addresses", addresses.join(" ")],
    ...vm.disk_attachments.map((attachment): Row => ["Disk", diskLine(attachment)]),
    ...vm.nics.map((nic): Row => ["NIC", nicLine(nic)]),
  ];
}

/** Of a paused VM with the reason, which oVirt abbreviates. */
function statusLine({ status, status_detail: detail }: Vm): string {
  switch (detail) {
    case undefined:
    case "noerr":
      return status ?? "";
    case "eio":
      return `${status}: its storage has an input or output error (eio)`;
    case "enospc":
      return `${status}: its storage is full (enospc)`;
    case "eother":
      return `${status}: its storage has an unknown error (eother)`;
    default:
      return `${status}, ${detail}`;
  }
}

function onStorageError(behaviour: Vm["storage_error_resume_behaviour"]): string | undefined {
  switch (behaviour) {
    case "auto_resume":
      return "is paused, and goes on by itself when its storage is back";
    case "leave_paused":
      return "is paused, and stays so until it is started";
    case "kill":
      return "is paused, and ends if that takes longer than a lease lasts";
    default:
      return behaviour;
  }
}

function diskLine({ disk, bootable, interface: bus }: DiskAttachment): string {
  const size = disk?.provisioned_size;
  return [disk?.alias ?? disk?.name ?? disk?.id, size && formatBytes(size), bus, bootable && "bootable", disk?.status]
    .filter(Boolean)
    .join(" ");
}

function nicLine({ name, mac, plugged, linked }: Nic): string {
  return [name, mac?.address, plugged === false && "unplugged", linked === false && "no link"]
    .filter(Boolean)
    .join(" ");
}
