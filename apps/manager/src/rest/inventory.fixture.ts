import type {
  ClusterId,
  DataCenterId,
  DiskId,
  HostId,
  Id,
  JobId,
  NicId,
  StorageDomainId,
  TemplateId,
  VmId,
} from "@yagura/std/ids.ts";
import { GiB } from "@yagura/std/units.ts";
import { putAffinityGroup } from "../db/queries/affinity-groups.ts";
import { insertAffinityLabel } from "../db/queries/affinity-labels.ts";
import { insertBookmark } from "../db/queries/bookmarks.ts";
import { updateDataCenter } from "../db/queries/data-centers.ts";
import { ensureDiskAttachment } from "../db/queries/disk-attachments.ts";
import { ensureDisk } from "../db/queries/disks.ts";
import { insertHost } from "../db/queries/hosts.ts";
import { insertImageTransfer } from "../db/queries/image-transfers.ts";
import { putInstanceType } from "../db/queries/instance-types.ts";
import { insertJob, insertStep } from "../db/queries/jobs.ts";
import { insertFilterParameter } from "../db/queries/network-filter-parameters.ts";
import { ensureNic } from "../db/queries/nics.ts";
import { ensureStorageConnection } from "../db/queries/storage-connections.ts";
import { ensureStorageDomain } from "../db/queries/storage-domains.ts";
import { ensureTag, ensureTagAssignment } from "../db/queries/tags.ts";
import { ensureTemplate, ensureTemplateDisk } from "../db/queries/templates.ts";
import { ensureVm } from "../db/queries/vms.ts";
import { listVnicProfiles } from "../db/queries/vnic-profiles.ts";
import { ensureVolume } from "../db/queries/volumes.ts";
import { transaction } from "../db/transaction.ts";
import { affinityGroupDefaults } from "../domain/affinity/affinity-group.ts";
import type { StorageDomain } from "../domain/storage-domain/storage-domain.ts";
import { rootTagId } from "../domain/tag/tag.ts";
import { blankTemplateId } from "../domain/template/template.ts";
import type { GuestFacts } from "../domain/vm/vm.ts";
import { hardwareDefaults, type VmHardware } from "../domain/vm/vm-hardware.ts";
import { createHostTicket } from "../enrolment/host-tickets.ts";
import { createCluster } from "../operations/clusters/create-cluster.ts";
import { createDataCenter } from "../operations/data-centers/create-data-center.ts";
import { hostFacts, hostStatistics } from "./inventory-host.fixture.ts";
import { limitIds, populateLimits } from "./inventory-limits.fixture.ts";
import type { RestWorld } from "./rest-world.fixture.ts";

/** Ids that say in a failing test what they are of. */
function id<T extends Id<string>>(digits: string): T {
  return `${digits.repeat(8)}-0000-4000-8000-000000000001` as T;
}

export const ids = {
  ...limitIds,
  dataCenter: id<DataCenterId>("a"),
  cluster: id<ClusterId>("b"),
  host: id<HostId>("c"),
  storageDomain: id<StorageDomainId>("d"),
  storageConnection: id<Id<"storage-connection">>("9"),
  disk: id<DiskId>("e"),
  looseDisk: "eeeeeeee-0000-4000-8000-000000000002" as DiskId,
  templateDisk: "eeeeeeee-0000-4000-8000-000000000003" as DiskId,
  volume: id<Id<"volume">>("f"),
  vm: id<VmId>("1"),
  otherVm: "11111111-0000-4000-8000-000000000002" as VmId,
  template: id<TemplateId>("2"),
  nic: id<NicId>("3"),
  templateNic: "33333333-0000-4000-8000-000000000002" as NicId,
  job: id<JobId>("4"),
  step: id<Id<"step">>("5"),
  transfer: id<Id<"image-transfer">>("6"),
  tag: id<Id<"tag">>("7"),
  instanceType: "77777777-0000-4000-8000-000000000003" as Id<"instance-type">,
  instanceNic: "77777777-0000-4000-8000-000000000004" as NicId,
  bookmark: "77777777-0000-4000-8000-000000000002" as Id<"bookmark">,
  affinityGroup: id<Id<"affinity-group">>("8"),
  affinityLabel: "88888888-0000-4000-8000-000000000002" as Id<"affinity-label">,
};

/** Of all VMs, templates and instance types: with each device that there can be. */
const hardware: VmHardware = { ...hardwareDefaults, watchdog: { model: "i6300esb", action: "none" } };

const guest: GuestFacts = {
  hostName: "demo",
  fqdn: "demo.example",
  nics: [{ name: "eth0", macAddress: "56:6f:1a:1a:00:01", ipv4: ["192.0.2.7"], ipv6: [] }],
  fileSystems: [],
  users: [],
  applications: [],
};

/** One of everything: VM `demo` runs on host `one` from `local`, with a disk and a NIC; VM `other` is down. */
export async function populate({
  services,
  system,
  clock,
}: RestWorld): Promise<
  typeof ids & { readonly vnicProfile: string; readonly network: string; readonly hostTicket: string }
> {
  const { db } = services;
  const nowMs = clock.nowMs();
  await createDataCenter(system, { id: ids.dataCenter, name: "Default", isLocal: true });
  await createCluster(system, { id: ids.cluster, name: "Default", dataCenterId: ids.dataCenter });
  const [profile] = await listVnicProfiles(db);
  if (profile === undefined) throw new Error("a data center comes with a profile");
  const common = { description: "", comment: "" };
  const domain: StorageDomain = {
    ...common,
    id: ids.storageDomain,
    name: "local",
    purpose: "data",
    type: "localfs",
    formatVersion: 5,
    status: "active",
    isMaster: true,
    dataCenterId: ids.dataCenter,
    connection: { id: ids.storageConnection, type: "localfs", address: "", path: "/data", hostId: ids.host },
    availableBytes: 5_000_000_000,
    usedBytes: 1_000_000_000,
    committedBytes: 0,
    wipeAfterDelete: false,
    createdAtMs: nowMs,
  };
  const disk = (diskId: DiskId, name: string) => ({
    ...common,
    id: diskId,
    name,
    storageDomainId: ids.storageDomain,
    capacityBytes: 1_073_741_824,
    actualBytes: 200_704,
    format: "cow" as const,
    isSparse: true,
    status: "ok" as const,
    isShareable: false,
    wipeAfterDelete: false,
    propagateErrors: false,
    backup: "none" as const,
    contentType: "data" as const,
    createdAtMs: nowMs,
  });
  const vm = {
    ...common,
    clusterId: ids.cluster,
    templateId: blankTemplateId,
    type: "server" as const,
    hardware,
  };
  await transaction(db, async (tx) => {
    await updateDataCenter(tx, ids.dataCenter, { status: "up", masterVersion: 1 });
    await insertHost(tx, {
      ...common,
      id: ids.host,
      name: "one",
      address: "one.example",
      port: 54321,
      clusterId: ids.cluster,
      status: "up",
      spmPriority: 5,
      poolNumber: 1,
      createdAtMs: nowMs,
      facts: hostFacts,
      statistics: hostStatistics(nowMs),
    });
    await updateDataCenter(tx, ids.dataCenter, { spmHostId: ids.host });
    await ensureStorageConnection(tx, domain.connection);
    await ensureStorageDomain(tx, domain);
    await ensureTemplate(tx, {
      ...common,
      id: ids.template,
      name: "demo-template",
      clusterId: ids.cluster,
      status: "ok",
      type: "server",
      hardware,
      isDeleteProtected: false,
      createdAtMs: nowMs,
    });
    for (const [diskId, name, volumeId] of [
      [ids.disk, "demo-disk", ids.volume],
      [ids.looseDisk, "loose", id<Id<"volume">>("7")],
      [ids.templateDisk, "template-disk", id<Id<"volume">>("8")],
    ] as const) {
      await ensureDisk(tx, disk(diskId, name));
      await ensureVolume(tx, {
        id: volumeId,
        diskId,
        storageDomainId: ids.storageDomain,
        format: "cow",
        isSparse: true,
        capacityBytes: 1_073_741_824,
        actualBytes: 200_704,
        isLeaf: true,
        createdAtMs: nowMs,
      });
    }
    await ensureTemplateDisk(
      tx,
      { templateId: ids.template, diskId: ids.templateDisk, interface: "virtio", isBootable: true },
      0,
    );
    await ensureVm(tx, {
      ...vm,
      id: ids.vm,
      name: "demo",
      isDeleteProtected: false,
      createdAtMs: nowMs,
      run: {
        status: "up",
        hostId: ids.host,
        startedAtMs: nowMs,
        hardware,
        guest,
        displays: [{ type: "vnc", address: "192.0.2.1", port: 5900 }],
      },
    });
    await ensureVm(tx, {
      ...vm,
      id: ids.otherVm,
      name: "other",
      isDeleteProtected: false,
      createdAtMs: nowMs,
      run: { status: "down", displays: [] },
    });
    await ensureDiskAttachment(tx, {
      vmId: ids.vm,
      diskId: ids.disk,
      interface: "virtio",
      isBootable: true,
      isActive: true,
      isReadOnly: false,
      passDiscard: false,
    });
    const nic = { interface: "virtio" as const, vnicProfileId: profile.id, isLinked: true, isPlugged: true };
    await ensureNic(tx, {
      ...nic,
      id: ids.nic,
      owner: { vmId: ids.vm },
      name: "nic1",
      macAddress: "56:6f:1a:1a:00:01",
    });
    await insertFilterParameter(tx, { id: ids.filterParameter, nicId: ids.nic, name: "IP", value: "192.0.2.7" });
    await ensureNic(tx, { ...nic, id: ids.templateNic, owner: { templateId: ids.template }, name: "nic1" });
    await ensureTag(tx, { id: ids.tag, name: "web", description: "", parentId: rootTagId });
    await ensureTagAssignment(tx, ids.tag, { type: "vm", id: ids.vm });
    await ensureTagAssignment(tx, ids.tag, { type: "host", id: ids.host });
    await ensureTagAssignment(tx, ids.tag, { type: "template", id: ids.template });
    await putInstanceType(tx, {
      ...common,
      id: ids.instanceType,
      name: "huge",
      hardware: { ...hardware, memoryMaxBytes: 64 * GiB, memoryBytes: 32 * GiB, memoryGuaranteedBytes: GiB },
      nics: [{ id: ids.instanceNic, name: "nic1", interface: "virtio" }],
      createdAtMs: nowMs,
    });
    await insertBookmark(tx, { id: ids.bookmark, name: "running", value: "Vms:status=up" });
    const labelled = { vmIds: [ids.vm], hostIds: [ids.host] };
    await insertAffinityLabel(tx, { id: ids.affinityLabel, name: "gold", ...labelled });
    await putAffinityGroup(tx, {
      ...affinityGroupDefaults,
      id: ids.affinityGroup,
      name: "together",
      description: "",
      clusterId: ids.cluster,
      vmsRule: { polarity: "positive", isEnforcing: false },
      members: { ...labelled, vmLabelIds: [ids.affinityLabel], hostLabelIds: [] },
    });
    await populateLimits(tx, ids);
    await insertJob(tx, {
      id: ids.job,
      description: "Launching VM demo",
      status: "finished",
      startedAtMs: nowMs,
      updatedAtMs: nowMs,
      correlationId: "job-of-system",
      isExternal: false,
      isAutoCleared: true,
    });
    await insertStep(tx, {
      isExternal: false,
      id: ids.step,
      jobId: ids.job,
      number: 0,
      type: "executing",
      description: "step",
      status: "finished",
      startedAtMs: nowMs,
    });
    await insertImageTransfer(tx, {
      id: ids.transfer,
      diskId: ids.looseDisk,
      direction: "upload",
      format: "cow",
      phase: "transferring",
      hostId: ids.host,
      inactivityTimeoutMs: 60_000,
      transferredBytes: 0,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    });
  });
  const ticket = await createHostTicket(services, { clusterId: ids.cluster, validMs: 60_000 });
  return { ...ids, vnicProfile: profile.id, network: profile.networkId, hostTicket: ticket.id };
}
