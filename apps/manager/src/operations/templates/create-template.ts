import { mayRun } from "@yagura/lifecycles";
import { type ClusterId, type DiskId, newId, type TemplateId, type VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { listDiskAttachments } from "../../db/queries/disk-attachments.ts";
import { getDisk } from "../../db/queries/disks.ts";
import { listNics } from "../../db/queries/nics.ts";
import { findTemplate, findTemplateByName, getTemplate, updateTemplate } from "../../db/queries/templates.ts";
import { getVm } from "../../db/queries/vms.ts";
import type { Disk, DiskInterface, VolumeFormat } from "../../domain/disk/disk.ts";
import { refuseIf } from "../../domain/errors.ts";
import { iconsOf, type OwnIcons } from "../../domain/icon/icon.ts";
import { identifierProblems } from "../../domain/names.ts";
import type { Nic } from "../../domain/nic/nic.ts";
import type { Template } from "../../domain/template/template.ts";
import { hardwareDefaults, hardwareProblems, mergeHardware, type VmHardware } from "../../domain/vm/vm-hardware.ts";
import { announce } from "../../events/announce.ts";
import { type AddTemplate, addTemplate as definition, recordTemplate } from "../../sagas/add-template.ts";
import { type AskedIcons, keepIcons, refuseIcons } from "../icons/plan-icons.ts";
import { ownCreated } from "../permissions/own-created.ts";
import { type Started, startSaga } from "../started.ts";
import { byActor, subject, userOf } from "../subjects.ts";

const attempt = "Cannot add Template.";

export interface NewTemplate {
  readonly id?: TemplateId;
  readonly name: string;
  readonly description?: string;
  readonly comment?: string;
  readonly clusterId?: ClusterId;
  /** What it is made from: a VM that is down, or disks. */
  readonly from:
    | { readonly vmId: VmId }
    | {
        readonly clusterId: ClusterId;
        readonly disks: readonly { readonly diskId: DiskId; readonly interface?: DiskInterface }[];
      };
  readonly hardware?: Partial<VmHardware>;
  /** In place of the VM's. */
  readonly icons?: AskedIcons;
  /** The format of its disks; by default raw disks stay raw. */
  readonly diskFormat?: VolumeFormat;
}

interface Source {
  readonly clusterId: ClusterId;
  readonly hardware: VmHardware;
  readonly type: Template["type"];
  readonly disks: readonly { readonly disk: Disk; readonly interface: DiskInterface; readonly isBootable: boolean }[];
  readonly nics: readonly Nic[];
  readonly icons: OwnIcons;
  readonly vm?: { readonly id: VmId; readonly name: string };
}

/** A template with copies of the disks; VMs made from it share them. */
export async function createTemplate(
  context: OpContext,
  asked: NewTemplate,
): Promise<Started & { readonly template: Template }> {
  const source = await readSource(context, asked);
  const cluster = await getCluster(context.db, source.clusterId);
  await context.authorize("create_template", { type: "data_center", id: cluster.dataCenterId });
  const hardware = mergeHardware(source.hardware, asked.hardware ?? {});
  refuseIf(attempt, [...identifierProblems("template", asked.name), ...hardwareProblems(hardware)], "invalid");
  refuseIcons(attempt, asked.icons);
  const { actor, clock } = context;
  const template: Template = {
    id: asked.id ?? newId(),
    name: asked.name,
    description: asked.description ?? "",
    comment: asked.comment ?? "",
    clusterId: cluster.id,
    status: "locked",
    type: source.type,
    hardware,
    isDeleteProtected: false,
    createdAtMs: clock.nowMs(),
    ...(actor.userId !== undefined && { createdBy: actor.userId }),
    ...source.icons,
  };
  const params: AddTemplate = {
    template,
    dataCenterId: cluster.dataCenterId,
    disks: source.disks.map((each) => planCopy(template, each, asked.diskFormat)),
    nics: source.nics.map(({ macAddress: _, ...nic }) => ({ ...nic, id: newId(), owner: { templateId: template.id } })),
    ...(source.vm !== undefined && { vm: source.vm }),
    ...userOf(context),
  };
  const started = await startSaga(context, attempt, definition, params, {
    description: `Creating Template ${template.name}`,
    locks: [
      `template:${template.id}`,
      ...(source.vm === undefined ? [] : [`vm:${source.vm.id}` as const]),
      ...source.disks.map(({ disk }) => `disk:${disk.id}` as const),
      ...params.disks.map(({ plan }) => `disk:${plan.disk.id}` as const),
    ],
    async prepare(tx) {
      const [sameId, sameName] = [await findTemplate(tx, template.id), await findTemplateByName(tx, template.name)];
      refuseIf(attempt, sameId === undefined ? [] : ["The Template ID is already in use."]);
      refuseIf(attempt, sameName === undefined ? [] : ["The Template name is already in use."]);
      await refuseSource(tx, source);
      await recordTemplate(tx, params);
      await updateTemplate(tx, template.id, await keepIcons(tx, attempt, asked.icons));
      await ownCreated(tx, context, { type: "template", id: template.id });
      await announce(tx, clock, {
        name: "templateCreationStarted",
        ...byActor(context),
        ...(source.vm !== undefined && { vm: source.vm }),
        template: subject(template),
      });
    },
  });
  return { ...started, template: await getTemplate(context.db, template.id) };
}

async function readSource(context: OpContext, { from, clusterId }: NewTemplate): Promise<Source> {
  const { db } = context;
  if ("disks" in from) {
    const disks = [];
    for (const [index, each] of from.disks.entries()) {
      await context.authorize("attach_disk", { type: "disk", id: each.diskId });
      const disk = await getDisk(db, each.diskId);
      disks.push({ disk, interface: each.interface ?? ("virtio_scsi" as const), isBootable: index === 0 });
    }
    const cluster = await getCluster(db, from.clusterId);
    const hardware = { ...hardwareDefaults, biosType: cluster.biosType };
    return { clusterId: from.clusterId, hardware, type: "server", disks, nics: [], icons: {} };
  }
  await context.authorize("see", { type: "vm", id: from.vmId });
  const vm = await getVm(db, from.vmId);
  const disks = [];
  for (const { diskId, interface: bus, isBootable } of await listDiskAttachments(db, { vmId: vm.id })) {
    disks.push({ disk: await getDisk(db, diskId), interface: bus, isBootable });
  }
  return {
    clusterId: clusterId ?? vm.clusterId,
    hardware: vm.hardware,
    type: vm.type,
    // A disk that others write to has no content of its own moment.
    disks: disks.filter(({ disk }) => !disk.isShareable),
    nics: await listNics(db, { vmId: vm.id }),
    icons: iconsOf(vm),
    vm: { id: vm.id, name: vm.name },
  };
}

/** In the state of this transaction: what is copied must stand still. */
async function refuseSource(tx: Tx, { vm, disks }: Source): Promise<void> {
  if (vm !== undefined) {
    const { run } = await getVm(tx, vm.id);
    refuseIf(attempt, run.status === "image_locked" ? ["VM is locked."] : []);
    refuseIf(attempt, run.status === "down" ? [] : ["VM is running. Stop it first."]);
  }
  for (const { disk } of disks) {
    const now = await getDisk(tx, disk.id);
    refuseIf(attempt, now.status === "locked" ? [`Disk is locked: ${now.name}.`] : []);
    refuseIf(attempt, now.status === "illegal" ? [`Disk ${now.name} is illegal.`] : []);
    for (const vmId of now.vmIds) {
      const user = await getVm(tx, vmId);
      refuseIf(attempt, mayRun(user.run.status) ? [`VM ${user.name} runs with the disk ${now.name}.`] : []);
    }
  }
}

function planCopy(
  template: Template,
  { disk, interface: bus, isBootable }: Source["disks"][number],
  format: VolumeFormat | undefined,
): AddTemplate["disks"][number] {
  const diskId = newId<DiskId>();
  // What stands on a template's volume is a copy already; alone it needs no chain, and raw is the fastest to read.
  const copied = format ?? disk.format;
  const common = {
    storageDomainId: disk.storageDomainId,
    capacityBytes: disk.capacityBytes,
    actualBytes: 0,
    createdAtMs: template.createdAtMs,
    format: copied,
    isSparse: copied === "cow" || disk.isSparse,
  };
  const { vmIds: _, templateIds: __, volumeId: ___, ...likeSource } = disk;
  return {
    source: disk,
    plan: {
      disk: { ...likeSource, ...common, id: diskId, status: "locked" },
      volume: { ...common, id: newId(), diskId, isLeaf: true },
    },
    attachment: { templateId: template.id, diskId, interface: bus, isBootable },
  };
}
