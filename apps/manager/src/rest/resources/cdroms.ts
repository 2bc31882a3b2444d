import { mayRun } from "@yagura/lifecycles";
import type { DiskId } from "@yagura/std/ids.ts";
import { NotFound, OperationRefused, refuseIf } from "../../domain/errors.ts";
import { currentHardware } from "../../domain/vm/current-hardware.ts";
import { updateVm } from "../../operations/vms/update-vm.ts";
import type { Links } from "../links.ts";
import { type BodyReference, getReferenced } from "../references.ts";
import { cdromId, renderCdrom } from "../representations/vm-device.ts";
import { type Answer, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { type Equipped, equippedTemplate, equippedVm, manyDevices } from "./equipped.ts";

const attempt = "Cannot change the CD.";

/** The CD drive of a VM or template. What is in it is a disk whose content is an ISO image. */
export const cdromRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/vms/:vm/cdroms",
    async handle(request) {
      return list("cdrom", [await renderOfVm(request)]);
    },
    ...manyDevices("cdrom", equippedVm, renderDrives("vm", "vms")),
  },
  {
    method: "GET",
    path: "/vms/:vm/cdroms/:cdrom",
    async handle(request) {
      refuseOther(request);
      return entity("cdrom", await renderOfVm(request));
    },
  },
  {
    method: "POST",
    path: "/vms/:vm/cdroms",
    handle: (request) => change(request, "created"),
  },
  {
    method: "PUT",
    path: "/vms/:vm/cdroms/:cdrom",
    async handle(request) {
      refuseOther(request);
      return change(request, "done");
    },
  },
  {
    method: "GET",
    path: "/templates/:template/cdroms",
    async handle(request) {
      return list("cdrom", [await renderOfTemplate(request)]);
    },
    ...manyDevices("cdrom", equippedTemplate, renderDrives("template", "templates")),
  },
  {
    method: "GET",
    path: "/templates/:template/cdroms/:cdrom",
    async handle(request) {
      refuseOther(request);
      return entity("cdrom", await renderOfTemplate(request));
    },
  },
];

/** There is one drive only. @throws NotFound */
function refuseOther(request: RestRequest): void {
  const asked = param(request, "cdrom");
  if (asked !== cdromId) throw new NotFound("cdrom", asked.slice(0, 80));
}

/** With `current` what the running guest has, else what it has from its next start on. */
async function renderOfVm(request: RestRequest) {
  const vm = await request.inventory.vm(param(request, "vm"));
  const isCurrent = request.query.findBoolean("current") ?? false;
  const { cdromDiskId } = isCurrent ? currentHardware(vm) : vm.hardware;
  return renderCdrom(cdromDiskId, { member: "vm", path: "vms", id: vm.id }, request.links);
}

async function renderOfTemplate(request: RestRequest) {
  const { id, hardware } = await request.inventory.template(param(request, "template"));
  return renderCdrom(hardware.cdromDiskId, { member: "template", path: "templates", id }, request.links);
}

function renderDrives(member: "vm" | "template", path: "vms" | "templates") {
  return ({ id, hardware }: Equipped, links: Links) => [renderCdrom(hardware.cdromDiskId, { member, path, id }, links)];
}

/** Puts a disk into the drive, or ejects what is in it; a running guest sees it at its next start. */
async function change(request: RestRequest, outcome: "done" | "created"): Promise<Answer> {
  const { file } = request.read("cdrom");
  const vm = await request.inventory.vm(param(request, "vm"));
  if ((request.query.findBoolean("current") ?? false) && mayRun(vm.run.status)) {
    throw new OperationRefused("unsupported", attempt, ["The CD of a running VM cannot be changed yet."]);
  }
  const cdromDiskId = file === undefined ? vm.hardware.cdromDiskId : await readFile(request, file);
  await updateVm(request.context, { vmId: vm.id, hardware: { cdromDiskId } });
  return entity("cdrom", renderCdrom(cdromDiskId, { member: "vm", path: "vms", id: vm.id }, request.links), outcome);
}

/** By id or, as ISO domains had them, by name; an empty id ejects. @throws NotFound, OperationRefused */
async function readFile({ inventory }: RestRequest, file: BodyReference): Promise<DiskId | "none"> {
  const wanted = file.id ?? file.name ?? "";
  if (wanted === "") return "none";
  const disks = await inventory.disks();
  const known = disks.some(({ id }) => id === wanted.toLowerCase()) ? { id: wanted } : { name: wanted };
  const missing = { type: "Cdrom", member: "file", operation: "update" } as const;
  const disk = await getReferenced("disk", known, async () => disks, missing);
  refuseIf(attempt, disk.contentType === "iso" ? [] : [`The content of disk ${disk.name} is no ISO image.`], "invalid");
  refuseIf(
    attempt,
    disk.format === "raw" ? [] : [`Disk ${disk.name} is not raw: a CD drive can read no other.`],
    "invalid",
  );
  return disk.id;
}
