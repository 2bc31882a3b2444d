import { activateStorageDomain } from "./activate-storage-domain.ts";
import { addTemplate } from "./add-template.ts";
import { addVm } from "./add-vm.ts";
import { attachStorageDomain } from "./attach-storage-domain.ts";
import { copyDisk } from "./copy-disk.ts";
import { createDisk } from "./create-disk.ts";
import { createStorageDomain } from "./create-storage-domain.ts";
import { deactivateStorageDomain } from "./deactivate-storage-domain.ts";
import type { SagaDeps } from "./deps.ts";
import { describeDisk } from "./describe-disk.ts";
import { detachStorageDomain } from "./detach-storage-domain.ts";
import type { SagaDefinition } from "./engine/saga.ts";
import { extendDisk } from "./extend-disk.ts";
import { moveDisk } from "./move-disk.ts";
import { removeDisk } from "./remove-disk.ts";
import { removeStorageDomain } from "./remove-storage-domain.ts";
import { removeTemplate } from "./remove-template.ts";
import { removeVm } from "./remove-vm.ts";
import { replaceMaster } from "./replace-master.ts";
import { sparsifyDisk } from "./sparsify-disk.ts";
import { startVm } from "./start-vm.ts";
import { stopVm } from "./stop-vm.ts";
import { waitUntilTold } from "./wait-until-told.ts";

const all: readonly SagaDefinition<never, SagaDeps>[] = [
  activateStorageDomain,
  addTemplate,
  addVm,
  attachStorageDomain,
  copyDisk,
  createDisk,
  createStorageDomain,
  deactivateStorageDomain,
  describeDisk,
  detachStorageDomain,
  extendDisk,
  moveDisk,
  removeDisk,
  removeStorageDomain,
  removeTemplate,
  removeVm,
  replaceMaster,
  sparsifyDisk,
  startVm,
  stopVm,
  waitUntilTold,
];

/** Every saga by its name: what a restarted Manager finds in the journal is looked up here. */
export const registry: ReadonlyMap<string, SagaDefinition<never, SagaDeps>> = new Map(
  all.map((definition) => [definition.name, definition]),
);
