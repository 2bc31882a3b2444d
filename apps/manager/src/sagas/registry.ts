import { activateStorageDomain } from "./activate-storage-domain.ts";
import { addTemplate } from "./add-template.ts";
import { addVm } from "./add-vm.ts";
import { attachStorageDomain } from "./attach-storage-domain.ts";
import { createDisk } from "./create-disk.ts";
import { createStorageDomain } from "./create-storage-domain.ts";
import { deactivateStorageDomain } from "./deactivate-storage-domain.ts";
import type { SagaDeps } from "./deps.ts";
import { detachStorageDomain } from "./detach-storage-domain.ts";
import type { SagaDefinition } from "./engine/saga.ts";
import { removeDisk } from "./remove-disk.ts";
import { removeStorageDomain } from "./remove-storage-domain.ts";
import { removeTemplate } from "./remove-template.ts";
import { removeVm } from "./remove-vm.ts";
import { replaceMaster } from "./replace-master.ts";
import { startVm } from "./start-vm.ts";
import { stopVm } from "./stop-vm.ts";
import { waitUntilTold } from "./wait-until-told.ts";

const all: readonly SagaDefinition<never, SagaDeps>[] = [
  activateStorageDomain,
  addTemplate,
  addVm,
  attachStorageDomain,
  createDisk,
  createStorageDomain,
  deactivateStorageDomain,
  detachStorageDomain,
  removeDisk,
  removeStorageDomain,
  removeTemplate,
  removeVm,
  replaceMaster,
  startVm,
  stopVm,
  waitUntilTold,
];

/** Every saga by its name: what a restarted Manager finds in the journal is looked up here. */
export const registry: ReadonlyMap<string, SagaDefinition<never, SagaDeps>> = new Map(
  all.map((definition) => [definition.name, definition]),
);
