import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDomainXml } from "@yagura/domain-xml";
import {
  type DiskId,
  type JobId,
  type NicId,
  newId,
  parseId,
  type TemplateId,
  type VmId,
  type VolumeId,
} from "@yagura/std/ids.ts";
import { GiB } from "@yagura/std/units.ts";
import { getDisk, updateDisk } from "../db/queries/disks.ts";
import { getTemplate } from "../db/queries/templates.ts";
import { getVm } from "../db/queries/vms.ts";
import { listVolumes } from "../db/queries/volumes.ts";
import { transaction } from "../db/transaction.ts";
import { blankTemplateId } from "../domain/template/template.ts";
import { defineVm } from "../domain/vm/define-vm.ts";
import { hardwareDefaults } from "../domain/vm/vm-hardware.ts";
import { activateStorageDomain } from "./activate-storage-domain.ts";
import { type AddTemplate, addTemplate } from "./add-template.ts";
import { type AddVm, addVm } from "./add-vm.ts";
import { attachStorageDomain } from "./attach-storage-domain.ts";
import { copyDisk } from "./copy-disk.ts";
import { type CreateDisk, createDisk, type DiskPlan } from "./create-disk.ts";
import { createStorageDomain } from "./create-storage-domain.ts";
import { deactivateStorageDomain } from "./deactivate-storage-domain.ts";
import type { SagaDeps } from "./deps.ts";
import { describeDisk } from "./describe-disk.ts";
import { detachStorageDomain } from "./detach-storage-domain.ts";
import { runSaga, SagaFailed } from "./engine/run-saga.ts";
import type { SagaDefinition } from "./engine/saga.ts";
import { extendDisk } from "./extend-disk.ts";
import { moveDisk } from "./move-disk.ts";
import { registry } from "./registry.ts";
import { removeDisk } from "./remove-disk.ts";
import { removeStorageDomain } from "./remove-storage-domain.ts";
import { removeTemplate } from "./remove-template.ts";
import { removeVm } from "./remove-vm.ts";
import { replaceMaster } from "./replace-master.ts";
import { ids, plannedDomain, type SagaWorld, sagaWorld, secondDomain } from "./saga-world.fixture.ts";
import { sparsifyDisk } from "./sparsify-disk.ts";
import { startVm } from "./start-vm.ts";
import { stopVm } from "./stop-vm.ts";

const diskId = parseId<DiskId>("10000000-0000-4000-8000-000000000001");
const vmId = parseId<VmId>("20000000-0000-4000-8000-000000000001");
const templateId = parseId<TemplateId>("30000000-0000-4000-8000-000000000001");

function plan(number: number, parent?: { readonly diskId: DiskId; readonly volumeId: VolumeId }): DiskPlan {
  const id = parseId<DiskId>(`10000000-0000-4000-8000-00000000000${number}`);
  const format = parent === undefined ? ("raw" as const) : ("cow" as const);
  const common = {
    storageDomainId: ids.domain,
    capacityBytes: GiB,
    actualBytes: 0,
    createdAtMs: 0,
    format,
    isSparse: true,
  };
  return {
    disk: {
      ...common,
      id,
      name: `disk${number}`,
      description: "",
      status: "locked",
      isShareable: false,
      wipeAfterDelete: false,
      propagateErrors: false,
      backup: "none",
      contentType: "data",
    },
    volume: {
      ...common,
      id: volumeIdOf(number),
      diskId: id,
      isLeaf: true,
      ...(parent !== undefined && { parentId: parent.volumeId, parentDiskId: parent.diskId }),
    },
  };
}

function volumeIdOf(number: number): VolumeId {
  return parseId<VolumeId>(`40000000-0000-4000-8000-00000000000${number}`);
}

const newDisk: CreateDisk = { plan: plan(1), dataCenterId: ids.dataCenter };

async function newTemplate({ db, deps }: SagaWorld): Promise<AddTemplate> {
  await runSaga(createDisk, newDisk, deps);
  const copy = plan(2);
  return {
    template: {
      id: templateId,
      name: "base",
      description: "",
      comment: "",
      clusterId: ids.cluster,
      status: "locked",
      type: "server",
      hardware: hardwareDefaults,
      isDeleteProtected: false,
      createdAtMs: 0,
    },
    dataCenterId: ids.dataCenter,
    disks: [
      {
        plan: copy,
        source: await getDisk(db, diskId),
        attachment: { templateId, diskId: copy.disk.id, interface: "virtio", isBootable: true },
      },
    ],
    nics: [],
  };
}

async function newVm(world: SagaWorld): Promise<AddVm> {
  await runSaga(addTemplate, await newTemplate(world), world.deps);
  const thin = plan(3, { diskId: plan(2).disk.id, volumeId: volumeIdOf(2) });
  return {
    vm: {
      id: vmId,
      name: "demo",
      description: "",
      comment: "",
      clusterId: ids.cluster,
      templateId: blankTemplateId,
      type: "server",
      hardware: hardwareDefaults,
      isDeleteProtected: false,
      createdAtMs: 0,
      run: { status: "image_locked", displays: [] },
    },
    dataCenterId: ids.dataCenter,
    disks: [
      {
        plan: thin,
        attachment: {
          vmId,
          diskId: thin.disk.id,
          interface: "virtio",
          isBootable: true,
          isActive: true,
          isReadOnly: false,
          passDiscard: false,
        },
      },
    ],
    nics: [
      {
        id: parseId<NicId>("70000000-0000-4000-8000-000000000001"),
        owner: { vmId },
        name: "nic1",
        interface: "virtio",
        macAddress: "56:6f:1a:1a:00:00",
        isLinked: true,
        isPlugged: true,
      },
    ],
  };
}

async function vmStart(world: SagaWorld) {
  await runSaga(addVm, await newVm(world), world.deps);
  const vm = await getVm(world.db, vmId);
  const definition = defineVm({
    vm,
    dataCenterId: ids.dataCenter,
    compatibilityVersion: "4.7",
    disks: [],
    nics: [],
    hasKvm: false,
    displayPassword: "secret",
  });
  const domainXml = formatDomainXml(definition);
  return {
    vmId,
    vmName: vm.name,
    host: { id: ids.host, name: "one" },
    domainXml,
    hardware: vm.hardware,
    isPaused: false,
  };
}

const ofDomain = { domainId: ids.domain, dataCenterId: ids.dataCenter, hostId: ids.host, isMaster: true };
const ofSecond = { ...ofDomain, domainId: ids.secondDomain, isMaster: false };

interface Case {
  readonly definition: SagaDefinition<never, SagaDeps>;
  readonly storage?: "none" | "created" | "two";
  /** Of one saga that is tried in several situations. */
  readonly situation?: string;
  readonly prepare: (world: SagaWorld) => Promise<unknown>;
  /** Why a failure does not bring everything back: what was deleted is gone. */
  readonly isOneWay?: true;
  /** Up to here a failure brings everything back. */
  readonly lastStep?: string;
}

async function moveToSecond({ db, deps }: SagaWorld) {
  await runSaga(createDisk, newDisk, deps);
  return {
    disk: await getDisk(db, diskId),
    dataCenterId: ids.dataCenter,
    toDomainId: ids.secondDomain,
    volumes: (await listVolumes(db, diskId)).map((volume) => ({ ...volume, jobId: newId<JobId>() })),
  };
}

const cases: readonly Case[] = [
  {
    definition: createStorageDomain,
    storage: "none",
    prepare: async () => ({ domain: plannedDomain, hostId: ids.host }),
  },
  {
    definition: attachStorageDomain,
    storage: "created",
    prepare: async () => ({ ...ofDomain, isFirst: true }),
  },
  {
    definition: attachStorageDomain,
    situation: "a second domain",
    async prepare({ deps }) {
      await runSaga(createStorageDomain, { domain: secondDomain, hostId: ids.host }, deps);
      return { ...ofSecond, isFirst: false };
    },
  },
  { definition: createDisk, prepare: async () => newDisk },
  { definition: addTemplate, prepare: newTemplate },
  { definition: addVm, prepare: newVm },
  { definition: startVm, prepare: vmStart },
  {
    definition: removeDisk,
    isOneWay: true,
    async prepare({ db, deps }) {
      await runSaga(createDisk, newDisk, deps);
      return { disk: await getDisk(db, diskId), dataCenterId: ids.dataCenter };
    },
  },
  {
    definition: removeTemplate,
    isOneWay: true,
    async prepare(world) {
      await runSaga(addTemplate, await newTemplate(world), world.deps);
      const { db } = world;
      return {
        template: await getTemplate(db, templateId),
        dataCenterId: ids.dataCenter,
        disks: [await getDisk(db, plan(2).disk.id)],
      };
    },
  },
  {
    definition: removeVm,
    isOneWay: true,
    async prepare(world) {
      await runSaga(addVm, await newVm(world), world.deps);
      const { db } = world;
      return { vm: await getVm(db, vmId), dataCenterId: ids.dataCenter, disks: [await getDisk(db, plan(3).disk.id)] };
    },
  },
  {
    definition: stopVm,
    isOneWay: true,
    async prepare(world) {
      await runSaga(startVm, await vmStart(world), world.deps);
      return { vmId, vmName: "demo", hostId: ids.host };
    },
  },
  {
    definition: copyDisk,
    storage: "two",
    async prepare({ db, deps }) {
      await runSaga(createDisk, newDisk, deps);
      const copy = plan(2);
      const toSecond = { storageDomainId: ids.secondDomain };
      return {
        source: await getDisk(db, diskId),
        dataCenterId: ids.dataCenter,
        plan: { disk: { ...copy.disk, ...toSecond }, volume: { ...copy.volume, ...toSecond } },
        jobId: newId<JobId>(),
      };
    },
  },
  {
    definition: moveDisk,
    storage: "two",
    situation: "before its end",
    lastStep: "make the new place the disk's",
    prepare: moveToSecond,
  },
  { definition: moveDisk, storage: "two", isOneWay: true, prepare: moveToSecond },
  {
    definition: extendDisk,
    isOneWay: true,
    async prepare({ db, deps }) {
      await runSaga(createDisk, newDisk, deps);
      return { disk: await getDisk(db, diskId), dataCenterId: ids.dataCenter, capacityBytes: 2 * GiB };
    },
  },
  {
    definition: describeDisk,
    isOneWay: true,
    async prepare({ db, deps }) {
      await runSaga(createDisk, newDisk, deps);
      await transaction(db, (tx) => updateDisk(tx, diskId, { name: "renamed" }));
      return { disk: await getDisk(db, diskId), dataCenterId: ids.dataCenter };
    },
  },
  {
    definition: sparsifyDisk,
    isOneWay: true,
    async prepare({ db, deps }) {
      await runSaga(createDisk, newDisk, deps);
      return { disk: await getDisk(db, diskId), dataCenterId: ids.dataCenter, jobId: newId<JobId>() };
    },
  },
  { definition: deactivateStorageDomain, isOneWay: true, prepare: async () => ofDomain },
  {
    definition: deactivateStorageDomain,
    storage: "two",
    situation: "one of two",
    isOneWay: true,
    prepare: async () => ofSecond,
  },
  {
    definition: deactivateStorageDomain,
    storage: "two",
    situation: "the master",
    isOneWay: true,
    prepare: async () => ({ ...ofDomain, isMaster: false, successorId: ids.secondDomain }),
  },
  {
    definition: deactivateStorageDomain,
    storage: "two",
    situation: "a master that is lost",
    isOneWay: true,
    prepare: async () => ({ ...ofDomain, isMaster: false, isLost: true }),
  },
  {
    definition: replaceMaster,
    storage: "two",
    isOneWay: true,
    prepare: async () => ({ domainId: ids.domain, dataCenterId: ids.dataCenter }),
  },
  {
    definition: activateStorageDomain,
    storage: "two",
    situation: "one of two",
    isOneWay: true,
    async prepare({ deps }) {
      await runSaga(deactivateStorageDomain, ofSecond, deps);
      return ofSecond;
    },
  },
  {
    definition: detachStorageDomain,
    storage: "two",
    situation: "one of two",
    isOneWay: true,
    async prepare({ deps }) {
      await runSaga(deactivateStorageDomain, ofSecond, deps);
      return ofSecond;
    },
  },
  {
    definition: activateStorageDomain,
    isOneWay: true,
    async prepare({ deps }) {
      await runSaga(deactivateStorageDomain, ofDomain, deps);
      return ofDomain;
    },
  },
  {
    definition: detachStorageDomain,
    isOneWay: true,
    async prepare({ deps }) {
      await runSaga(deactivateStorageDomain, ofDomain, deps);
      return ofDomain;
    },
  },
  {
    definition: removeStorageDomain,
    isOneWay: true,
    storage: "created",
    prepare: async () => ({ domain: { ...plannedDomain, status: "unattached" }, hostId: ids.host, formats: true }),
  },
];

test("every saga is tried here, but the one that only waits", () => {
  const tried = new Set(cases.map(({ definition }) => definition.name));
  assert.deepEqual(
    [...registry.keys()].filter((name) => !tried.has(name)),
    ["wait-until-told"],
  );
});

for (const { definition, prepare, storage, situation, isOneWay, lastStep } of cases) {
  const title = situation === undefined ? definition.name : `${definition.name} (${situation})`;
  const names = definition.steps.map(({ name }) => name);
  for (const name of isOneWay ? [] : lastStep === undefined ? names : names.slice(0, names.indexOf(lastStep) + 1)) {
    test(`${title} leaves nothing behind when it fails after: ${name}`, async () => {
      await using world = await sagaWorld(storage);
      const params = (await prepare(world)) as never;
      const before = await world.snapshot();
      await assert.rejects(runSaga(definition, params, world.deps, { failAfter: name }), SagaFailed);
      assert.deepEqual(await world.snapshot(), before);
    });
  }

  test(`${title} has one effect even when every step runs twice`, async () => {
    await using once = await sagaWorld(storage);
    await using twice = await sagaWorld(storage);
    await runSaga(definition, (await prepare(once)) as never, once.deps);
    await runSaga(definition, (await prepare(twice)) as never, twice.deps, { repeatSteps: true });
    assert.deepEqual(await twice.snapshot(), await once.snapshot());
  });
}

for (const definition of [removeDisk, removeTemplate, removeVm] as readonly SagaDefinition<never, SagaDeps>[]) {
  test(`${definition.name} can be asked for again when it failed`, async () => {
    await using world = await sagaWorld();
    const { prepare } = cases.find((each) => each.definition === definition) ?? { prepare: undefined };
    const params = (await prepare?.(world)) as never;
    const step = definition.steps.find(({ name }) => name.startsWith("delete"));
    await assert.rejects(runSaga(definition, params, world.deps, { failAfter: step?.name ?? "" }), SagaFailed);
    await runSaga(definition, params, world.deps);
  });
}
