import { mayRun, storageDomainLifecycle } from "@yagura/lifecycles";
import type { DataCenterId, StorageDomainId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { listDiskAttachments } from "../../db/queries/disk-attachments.ts";
import { listDisks } from "../../db/queries/disks.ts";
import { getStorageDomain, listStorageDomains } from "../../db/queries/storage-domains.ts";
import { listVms } from "../../db/queries/vms.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import {
  activateStorageDomain as activation,
  type ChangeDomainUse,
  deactivateStorageDomain as deactivation,
  detachStorageDomain as detachment,
} from "../../sagas/change-storage-domain-use.ts";
import type { SagaDeps } from "../../sagas/deps.ts";
import type { SagaDefinition } from "../../sagas/engine/saga.ts";
import { type Started, startSaga } from "../started.ts";
import { userOf } from "../subjects.ts";
import { chooseStorageHost } from "./storage-host.ts";

export interface DomainOfDataCenter {
  readonly domainId: StorageDomainId;
  readonly dataCenterId: DataCenterId;
}

export async function activateStorageDomain(context: OpContext, ids: DomainOfDataCenter): Promise<Started> {
  const attempt = "Cannot activate Storage.";
  const domain = await load(context, ids);
  const canActivate = storageDomainLifecycle.canHappen(domain.status, "activate");
  refuseIf(attempt, canActivate ? [] : [`The Storage Domain is ${domain.status.replaceAll("_", " ")}.`]);
  return change(context, {
    attempt,
    definition: activation,
    ids,
    domain,
    description: `Activating storage domain ${domain.name}`,
  });
}

export async function deactivateStorageDomain(context: OpContext, ids: DomainOfDataCenter): Promise<Started> {
  const attempt = "Cannot deactivate Storage.";
  const domain = await load(context, ids);
  const others = (await listStorageDomains(context.db, ids)).filter((each) => each.id !== domain.id);
  refuseIf(attempt, [
    ...(storageDomainLifecycle.canHappen(domain.status, "deactivate")
      ? []
      : [`The Storage Domain is ${domain.status.replaceAll("_", " ")}.`]),
    ...(domain.isMaster && others.some((each) => each.status !== "maintenance")
      ? ["It is the master of the Data Center; deactivate the other Storage Domains first."]
      : []),
    ...(await listRunningUsers(context, domain.id)).map((name) => `VM ${name} runs with a disk on it.`),
  ]);
  return change(context, {
    attempt,
    definition: deactivation,
    ids,
    domain,
    description: `Deactivating storage domain ${domain.name}`,
  });
}

export async function detachStorageDomain(context: OpContext, ids: DomainOfDataCenter): Promise<Started> {
  const attempt = "Cannot detach Storage.";
  const domain = await load(context, ids);
  const others = (await listStorageDomains(context.db, ids)).filter((each) => each.id !== domain.id);
  const disks = await listDisks(context.db, { storageDomainId: domain.id });
  refuseIf(attempt, [
    ...(domain.status === "maintenance"
      ? []
      : [`The Storage Domain must be in maintenance; it is ${domain.status.replaceAll("_", " ")}.`]),
    ...(domain.isMaster && others.length > 0
      ? ["It is the master of the Data Center; detach the other Storage Domains first."]
      : []),
    ...(disks.length > 0 ? ["Disks are on it; remove them first."] : []),
  ]);
  return change(context, {
    attempt,
    definition: detachment,
    ids,
    domain,
    description: `Detaching storage domain ${domain.name}`,
  });
}

async function load(context: OpContext, { domainId, dataCenterId }: DomainOfDataCenter): Promise<StorageDomain> {
  await context.authorize("manipulate_storage_domain", { type: "storage_domain", id: domainId });
  const domain = await getStorageDomain(context.db, domainId);
  if (domain.dataCenterId !== dataCenterId) throw new NotFound("storage domain", domainId);
  return domain;
}

async function listRunningUsers({ db }: OpContext, storageDomainId: StorageDomainId): Promise<string[]> {
  const disks = new Set((await listDisks(db, { storageDomainId })).map((disk) => disk.id));
  const running = (await listVms(db)).filter((vm) => mayRun(vm.run.status));
  const attachments = await listDiskAttachments(db, { vmIds: running.map((vm) => vm.id) });
  const users = new Set(attachments.filter(({ diskId }) => disks.has(diskId)).map(({ vmId }) => vmId));
  return running.filter((vm) => users.has(vm.id)).map((vm) => vm.name);
}

interface Change {
  readonly attempt: string;
  readonly definition: SagaDefinition<ChangeDomainUse, SagaDeps>;
  readonly ids: DomainOfDataCenter;
  readonly domain: StorageDomain;
  readonly description: string;
}

async function change(context: OpContext, { attempt, definition, ids, domain, description }: Change): Promise<Started> {
  const hostId = await chooseStorageHost(context.db, attempt, ids.dataCenterId, domain);
  const params = { ...ids, hostId, isMaster: domain.isMaster, ...userOf(context) };
  return startSaga(context, attempt, definition, params, {
    description,
    locks: [`storage-domain:${domain.id}`, `data-center:${ids.dataCenterId}`],
  });
}
