import { type ClusterId, type DiskId, newId, type TemplateId, type VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Tx } from "../../db/database.ts";
import { getCluster } from "../../db/queries/clusters.ts";
import { getDisk, listDisks } from "../../db/queries/disks.ts";
import { getInstanceType } from "../../db/queries/instance-types.ts";
import { listNics } from "../../db/queries/nics.ts";
import { findTemplate, getTemplate, listTemplateDisks } from "../../db/queries/templates.ts";
import { findVm, getVm, listVms } from "../../db/queries/vms.ts";
import type { Cluster } from "../../domain/cluster/cluster.ts";
import { refuseIf } from "../../domain/errors.ts";
import { iconsOf } from "../../domain/icon/icon.ts";
import { followsInstanceType, type InstanceTypeId, instanceSize } from "../../domain/instance-type/instance-type.ts";
import { identifierProblems } from "../../domain/names.ts";
import type { NewNic, Nic } from "../../domain/nic/nic.ts";
import type { Template } from "../../domain/template/template.ts";
import type { Vm, VmType } from "../../domain/vm/vm.ts";
import { hardwareProblems, mergeHardware, type VmHardware } from "../../domain/vm/vm-hardware.ts";
import { announce } from "../../events/announce.ts";
import { type AddVm, addVm as definition, recordVm } from "../../sagas/add-vm.ts";
import { type AskedIcons, keepIcons, refuseIcons } from "../icons/plan-icons.ts";
import { planNic } from "../nics/plan-nic.ts";
import { ownCreated } from "../permissions/own-created.ts";
import { type Started, startSaga } from "../started.ts";
import { byActor, subject, userOf } from "../subjects.ts";

const attempt = "Cannot add VM.";

export interface NewVm {
  readonly id?: VmId;
  readonly name: string;
  readonly description?: string;
  readonly comment?: string;
  readonly clusterId: ClusterId;
  readonly templateId: TemplateId;
  readonly type?: VmType;
  /** What differs from the template's. */
  readonly hardware?: Partial<VmHardware>;
  readonly isDeleteProtected?: boolean;
  /** Names of its disks, by the template's disk; others are called after the VM. */
  readonly diskNames?: ReadonlyMap<DiskId, string>;
  /** Gives the VM its size, and its NICs when the template has none. */
  readonly instanceTypeId?: InstanceTypeId;
  /** In place of the template's. */
  readonly icons?: AskedIcons;
  /** In place of the template's. */
  readonly nics?: readonly Omit<NewNic, "id">[];
}

/** A VM like its template, with thin disks on the template's. It is locked until they are there. */
export async function createVm(context: OpContext, asked: NewVm): Promise<Started & { readonly vm: Vm }> {
  await context.authorize("create_vm", { type: "cluster", id: asked.clusterId });
  const template = await getTemplate(context.db, asked.templateId);
  if (template.clusterId !== undefined) await context.authorize("see", { type: "template", id: template.id });
  const cluster = await getCluster(context.db, asked.clusterId);
  const base =
    template.clusterId === undefined ? { ...template.hardware, biosType: cluster.biosType } : template.hardware;
  const instance =
    asked.instanceTypeId === undefined ? undefined : await getInstanceType(context.db, asked.instanceTypeId);
  const sized = instance === undefined ? base : { ...base, ...instanceSize(instance.hardware) };
  const hardware = mergeHardware(sized, asked.hardware ?? {});
  refuseIcons(attempt, asked.icons);
  refuseIf(attempt, [...identifierProblems("VM", asked.name), ...hardwareProblems(hardware)], "invalid");
  const planned = planVm(context, asked, template, hardware);
  const vm =
    instance !== undefined && followsInstanceType(hardware, instance)
      ? { ...planned, instanceTypeId: instance.id }
      : planned;
  const disks = await planDisks(context, vm, asked.diskNames ?? new Map());
  /** NICs are planned where they are recorded: an address is free only within the transaction that takes it. */
  const plan = async (tx: Tx): Promise<AddVm> => {
    refuseIf(attempt, (await findVm(tx, vm.id)) === undefined ? [] : ["The VM ID is already in use."]);
    const namesakes = (await listVms(tx, { name: vm.name })).length;
    refuseIf(attempt, namesakes === 0 ? [] : ["The VM name is already in use."]);
    await refuseTemplate(tx, template.id);
    const wanted = asked.nics ?? (await templateNics(tx, template));
    const ofInstance = wanted.length === 0 && asked.nics === undefined ? (instance?.nics ?? []) : wanted;
    const nics = await planNics(tx, vm, ofInstance, cluster);
    const icons = await keepIcons(tx, attempt, asked.icons);
    const params = { vm: { ...vm, ...icons }, dataCenterId: cluster.dataCenterId, disks, nics, ...userOf(context) };
    await recordVm(tx, params);
    await ownCreated(tx, context, { type: "vm", id: vm.id });
    await announce(tx, context.clock, { name: "vmAdditionStarted", ...byActor(context), vm: subject(vm) });
    return params;
  };
  const started = await startSaga(context, attempt, definition, plan, {
    description: `Creating VM ${vm.name} in Cluster ${cluster.name}`,
    locks: [`vm:${vm.id}`, ...disks.map((disk) => `disk:${disk.plan.disk.id}` as const)],
  });
  return { ...started, vm: await getVm(context.db, vm.id) };
}

function planVm({ actor, clock }: OpContext, asked: NewVm, template: Template, hardware: VmHardware): Vm {
  return {
    id: asked.id ?? newId(),
    name: asked.name,
    description: asked.description ?? "",
    comment: asked.comment ?? "",
    clusterId: asked.clusterId,
    templateId: template.id,
    type: asked.type ?? template.type,
    hardware,
    isDeleteProtected: asked.isDeleteProtected ?? false,
    createdAtMs: clock.nowMs(),
    ...(actor.userId !== undefined && { createdBy: actor.userId }),
    ...iconsOf(template),
    run: { status: "image_locked", displays: [] },
  };
}

/** In the state of this transaction: a template that is being removed takes no VM any more. */
async function refuseTemplate(tx: Tx, templateId: TemplateId): Promise<void> {
  const template = await findTemplate(tx, templateId);
  refuseIf(attempt, template === undefined ? ["The Template was removed."] : []);
  refuseIf(attempt, template?.status === "ok" ? [] : ["Template is locked."]);
  const diskIds = (await listTemplateDisks(tx, { templateId })).map(({ diskId }) => diskId);
  for (const disk of await listDisks(tx, { ids: diskIds })) {
    refuseIf(attempt, disk.status === "ok" ? [] : [`The Template's disk ${disk.name} is ${disk.status}.`]);
  }
}

/** Like the template's, with addresses of their own. */
async function templateNics(tx: Tx, { id }: Template): Promise<NonNullable<NewVm["nics"]>> {
  return (await listNics(tx, { templateId: id })).map(({ macAddress: _, ...nic }) => nic);
}

async function planNics(tx: Tx, vm: Vm, wanted: NonNullable<NewVm["nics"]>, cluster: Cluster): Promise<Nic[]> {
  const place = { attempt, cluster, promised: new Set<string>() };
  const nics: Nic[] = [];
  for (const { name, interface: model, vnicProfileId, macAddress, isLinked = true, isPlugged = true } of wanted) {
    const nic = {
      id: newId<Nic["id"]>(),
      name,
      isLinked,
      isPlugged,
      ...(model !== undefined && { interface: model }),
      ...(vnicProfileId !== undefined && { vnicProfileId }),
      ...(macAddress !== undefined && { macAddress }),
    };
    nics.push(await planNic(tx, { vmId: vm.id }, nic, place));
  }
  return nics;
}

async function planDisks({ db }: OpContext, vm: Vm, names: ReadonlyMap<DiskId, string>): Promise<AddVm["disks"]> {
  const disks = [];
  for (const [index, from] of (await listTemplateDisks(db, { templateId: vm.templateId })).entries()) {
    const base = await getDisk(db, from.diskId);
    const diskId = newId<DiskId>();
    const common = {
      storageDomainId: base.storageDomainId,
      capacityBytes: base.capacityBytes,
      actualBytes: 0,
      createdAtMs: vm.createdAtMs,
    };
    const { vmIds: _, templateIds: __, volumeId: ___, ...likeBase } = base;
    disks.push({
      plan: {
        disk: {
          ...likeBase,
          ...common,
          id: diskId,
          name: names.get(from.diskId) ?? `${vm.name}_Disk${index + 1}`,
          description: "",
          // What stands on another volume records only what differs.
          format: "cow" as const,
          isSparse: true,
          status: "locked" as const,
        },
        volume: {
          ...common,
          id: newId(),
          diskId,
          parentId: base.volumeId,
          parentDiskId: base.id,
          format: "cow" as const,
          isSparse: true,
          isLeaf: true,
        },
      },
      attachment: {
        vmId: vm.id,
        diskId,
        interface: from.interface,
        isBootable: from.isBootable,
        isActive: true,
        isReadOnly: false,
        passDiscard: false,
      },
    } satisfies AddVm["disks"][number]);
  }
  return disks;
}
