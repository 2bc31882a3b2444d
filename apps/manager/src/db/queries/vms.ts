import type { VmStatus } from "@yagura/lifecycles";
import type { ClusterId, HostId, TemplateId, UserId, VmId } from "@yagura/std/ids.ts";
import { NotFound } from "../../domain/errors.ts";
import type { IconId, OwnIcons } from "../../domain/icon/icon.ts";
import type { InstanceTypeId } from "../../domain/instance-type/instance-type.ts";
import type { GuestFacts, Vm, VmDisplay, VmRun, VmStatistics, VmType } from "../../domain/vm/vm.ts";
import { hardwareDefaults, type VmHardware } from "../../domain/vm/vm-hardware.ts";
import { definedOnly, formatDocument, optional, parseDocument, toBit } from "../columns.ts";
import type { Db, Tx } from "../database.ts";
import type { VmRow, VmRunRow } from "../schema.ts";
import { deleteUnusedIcons } from "./icons.ts";
import { deleteMarksOf } from "./marks.ts";
import { guestColumns, hardwareColumns, putGuestNames, vmStatisticsColumns } from "./search-columns.ts";

export interface VmFilter {
  readonly id?: VmId;
  readonly ids?: readonly VmId[];
  readonly name?: string;
  readonly clusterId?: ClusterId;
  readonly templateId?: TemplateId;
  /** Where it runs, or may run. */
  readonly hostId?: HostId;
}

export async function listVms(db: Db, filter: VmFilter = {}): Promise<Vm[]> {
  if (filter.ids?.length === 0) return [];
  let query = db
    .selectFrom("vms")
    .innerJoin("vmRuns", "vmRuns.vmId", "vms.id")
    .selectAll("vms")
    .select([
      "vmRuns.vmId",
      "vmRuns.status",
      "vmRuns.hostId",
      "vmRuns.startedAtMs",
      "vmRuns.stoppedAtMs",
      "vmRuns.stopReason",
      "vmRuns.pauseReason",
      "vmRuns.hardware as runHardware",
      "vmRuns.guest",
      "vmRuns.statistics",
      "vmRuns.displays",
      "vmRuns.lastSeenAtMs",
    ])
    .orderBy("vms.name")
    .orderBy("vms.id");
  if (filter.id !== undefined) query = query.where("vms.id", "=", filter.id);
  if (filter.ids !== undefined) query = query.where("vms.id", "in", filter.ids);
  if (filter.name !== undefined) query = query.where("vms.name", "=", filter.name);
  if (filter.clusterId !== undefined) query = query.where("vms.clusterId", "=", filter.clusterId);
  if (filter.templateId !== undefined) query = query.where("vms.templateId", "=", filter.templateId);
  if (filter.hostId !== undefined) query = query.where("vmRuns.hostId", "=", filter.hostId);
  return (await query.execute()).map((row) => toVm(row, toVmRun({ ...row, hardware: row.runHardware })));
}

export async function findVm(db: Db, vmId: VmId): Promise<Vm | undefined> {
  return (await listVms(db, { id: vmId }))[0];
}

/** @throws NotFound */
export async function getVm(db: Db, vmId: VmId): Promise<Vm> {
  const found = await findVm(db, vmId);
  if (found === undefined) throw new NotFound("vm", vmId);
  return found;
}

/** Does nothing when it is there. */
export async function ensureVm(tx: Tx, vm: Vm): Promise<void> {
  await tx
    .insertInto("vms")
    .values({
      id: vm.id,
      name: vm.name,
      description: vm.description,
      comment: vm.comment,
      clusterId: vm.clusterId,
      templateId: vm.templateId,
      type: vm.type,
      hardware: JSON.stringify(vm.hardware),
      ...hardwareColumns(vm.hardware),
      isDeleteProtected: toBit(vm.isDeleteProtected),
      createdAtMs: vm.createdAtMs,
      createdBy: vm.createdBy ?? null,
      smallIconId: vm.smallIconId ?? null,
      largeIconId: vm.largeIconId ?? null,
      instanceTypeId: vm.instanceTypeId ?? null,
    })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
  await tx
    .insertInto("vmRuns")
    .values({
      vmId: vm.id,
      status: vm.run.status,
      hostId: vm.run.hostId ?? null,
      startedAtMs: vm.run.startedAtMs ?? null,
      stoppedAtMs: vm.run.stoppedAtMs ?? null,
      stopReason: vm.run.stopReason ?? null,
      pauseReason: vm.run.pauseReason ?? null,
      hardware: formatDocument(vm.run.hardware),
      guest: formatDocument(vm.run.guest),
      statistics: formatDocument(vm.run.statistics),
      ...guestColumns(vm.run.guest),
      ...vmStatisticsColumns(vm.run.statistics),
      displays: JSON.stringify(vm.run.displays),
      lastSeenAtMs: vm.run.lastSeenAtMs ?? null,
    })
    .onConflict((conflict) => conflict.column("vmId").doNothing())
    .execute();
  if (vm.run.guest !== undefined) await putGuestNames(tx, vm.id, vm.run.guest);
}

export interface VmChanges extends OwnIcons {
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
  readonly type?: VmType;
  readonly hardware?: VmHardware;
  readonly isDeleteProtected?: boolean;
  /** `null`: it is of none any more. */
  readonly instanceTypeId?: InstanceTypeId | null;
}

export async function updateVm(
  tx: Tx,
  vmId: VmId,
  { hardware, isDeleteProtected, ...plain }: VmChanges,
): Promise<void> {
  const columns = {
    ...definedOnly(plain),
    ...(hardware !== undefined && { hardware: JSON.stringify(hardware), ...hardwareColumns(hardware) }),
    ...(isDeleteProtected !== undefined && { isDeleteProtected: toBit(isDeleteProtected) }),
  };
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("vms").set(columns).where("id", "=", vmId).execute();
}

/** `null` empties a column. */
export interface VmRunChanges {
  readonly status?: VmStatus;
  readonly hostId?: HostId | null;
  readonly startedAtMs?: number | null;
  readonly stoppedAtMs?: number | null;
  readonly stopReason?: string | null;
  readonly pauseReason?: string | null;
  readonly hardware?: VmHardware | null;
  readonly guest?: GuestFacts | null;
  readonly statistics?: VmStatistics | null;
  readonly displays?: readonly VmDisplay[];
  readonly lastSeenAtMs?: number;
}

export async function updateVmRun(
  tx: Tx,
  vmId: VmId,
  { hardware, guest, statistics, displays, ...plain }: VmRunChanges,
): Promise<void> {
  const columns = {
    ...definedOnly(plain),
    ...(hardware !== undefined && { hardware: formatDocument(hardware ?? undefined) }),
    ...(guest !== undefined && { guest: formatDocument(guest ?? undefined), ...guestColumns(guest ?? undefined) }),
    ...(statistics !== undefined && {
      statistics: formatDocument(statistics ?? undefined),
      ...vmStatisticsColumns(statistics ?? undefined),
    }),
    ...(displays !== undefined && { displays: JSON.stringify(displays) }),
  };
  if (Object.keys(columns).length === 0) return;
  await tx.updateTable("vmRuns").set(columns).where("vmId", "=", vmId).execute();
  if (guest !== undefined) await putGuestNames(tx, vmId, guest ?? undefined);
}

/** With its NICs, its attachments (not the disks), its run, its tags and labels. */
export async function deleteVm(tx: Tx, vmId: VmId): Promise<void> {
  await deleteMarksOf(tx, { type: "vm", id: vmId });
  await tx.deleteFrom("nics").where("vmId", "=", vmId).execute();
  await tx.deleteFrom("diskAttachments").where("vmId", "=", vmId).execute();
  await tx.deleteFrom("guestNames").where("vmId", "=", vmId).execute();
  await tx.deleteFrom("vmRuns").where("vmId", "=", vmId).execute();
  await tx.deleteFrom("permissions").where("objectType", "=", "vm").where("objectId", "=", vmId).execute();
  await tx.deleteFrom("vms").where("id", "=", vmId).execute();
  await deleteUnusedIcons(tx);
}

function toVm(row: VmRow, run: VmRun): Vm {
  return {
    id: row.id as VmId,
    name: row.name,
    description: row.description,
    comment: row.comment,
    clusterId: row.clusterId as ClusterId,
    templateId: row.templateId as TemplateId,
    type: row.type as VmType,
    hardware: { ...hardwareDefaults, ...(JSON.parse(row.hardware) as Partial<VmHardware>) },
    isDeleteProtected: row.isDeleteProtected === 1,
    createdAtMs: row.createdAtMs,
    ...optional("createdBy", row.createdBy as UserId | null),
    ...optional("smallIconId", row.smallIconId as IconId | null),
    ...optional("largeIconId", row.largeIconId as IconId | null),
    ...optional("instanceTypeId", row.instanceTypeId as InstanceTypeId | null),
    run,
  };
}

type RunColumns = Omit<VmRunRow, keyof ReturnType<typeof vmStatisticsColumns> | keyof ReturnType<typeof guestColumns>>;

function toVmRun(row: RunColumns): VmRun {
  return {
    status: row.status as VmStatus,
    ...optional("hostId", row.hostId as HostId | null),
    ...optional("startedAtMs", row.startedAtMs),
    ...optional("stoppedAtMs", row.stoppedAtMs),
    ...optional("stopReason", row.stopReason),
    ...optional("pauseReason", row.pauseReason),
    ...(row.hardware !== null && {
      hardware: { ...hardwareDefaults, ...(JSON.parse(row.hardware) as Partial<VmHardware>) },
    }),
    ...optional("guest", parseDocument<GuestFacts>(row.guest)),
    ...optional("statistics", parseDocument<VmStatistics>(row.statistics)),
    displays: JSON.parse(row.displays) as VmDisplay[],
    ...optional("lastSeenAtMs", row.lastSeenAtMs),
  };
}
