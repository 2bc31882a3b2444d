import { mayRun, type StorageDomainStatus, storageDomainLifecycle } from "@yagura/lifecycles";
import type { DataCenterId, StorageDomainId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Db, Tx } from "../../db/database.ts";
import { listDisks } from "../../db/queries/disks.ts";
import { getStorageDomain, listStorageDomains, updateStorageDomain } from "../../db/queries/storage-domains.ts";
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
  return change(context, ids, {
    attempt: "Cannot activate Storage.",
    verb: "Activating",
    definition: activation,
    during: "activating",
    async problems(_, domain) {
      const canActivate = storageDomainLifecycle.canHappen(domain.status, "activate");
      return canActivate ? [] : [`The Storage Domain is ${domain.status.replaceAll("_", " ")}.`];
    },
  });
}

export async function deactivateStorageDomain(context: OpContext, ids: DomainOfDataCenter): Promise<Started> {
  return change(context, ids, {
    attempt: "Cannot deactivate Storage.",
    verb: "Deactivating",
    definition: deactivation,
    during: "preparing_for_maintenance",
    async problems(tx, domain) {
      const others = (await listStorageDomains(tx, ids)).filter((each) => each.id !== domain.id);
      return [
        ...(storageDomainLifecycle.canHappen(domain.status, "deactivate")
          ? []
          : [`The Storage Domain is ${domain.status.replaceAll("_", " ")}.`]),
        ...(domain.isMaster && others.some((each) => each.status !== "maintenance")
          ? ["It is the master of the Data Center; deactivate the other Storage Domains first."]
          : []),
        ...(await listRunningUsers(tx, domain.id)).map((name) => `VM ${name} runs with a disk on it.`),
      ];
    },
  });
}

export async function detachStorageDomain(context: OpContext, ids: DomainOfDataCenter): Promise<Started> {
  return change(context, ids, {
    attempt: "Cannot detach Storage.",
    verb: "Detaching",
    definition: detachment,
    during: "locked",
    async problems(tx, domain) {
      const others = (await listStorageDomains(tx, ids)).filter((each) => each.id !== domain.id);
      const disks = await listDisks(tx, { storageDomainId: domain.id });
      return [
        ...(domain.status === "maintenance"
          ? []
          : [`The Storage Domain must be in maintenance; it is ${domain.status.replaceAll("_", " ")}.`]),
        ...(domain.isMaster && others.length > 0
          ? ["It is the master of the Data Center; detach the other Storage Domains first."]
          : []),
        ...(disks.length > 0 ? ["Disks are on it; remove them first."] : []),
      ];
    },
  });
}

async function listRunningUsers(tx: Tx, storageDomainId: StorageDomainId): Promise<string[]> {
  const disks = await listDisks(tx, { storageDomainId });
  const users = await listVms(tx, { ids: [...new Set(disks.flatMap((disk) => disk.vmIds))] });
  return users.filter((vm) => mayRun(vm.run.status)).map((vm) => vm.name);
}

interface Change {
  readonly attempt: string;
  /** "Activating": how its description begins. */
  readonly verb: string;
  readonly definition: SagaDefinition<ChangeDomainUse, SagaDeps>;
  /** The domain's status meanwhile. */
  readonly during: StorageDomainStatus;
  /** Why it cannot be now. */
  readonly problems: (tx: Tx, domain: StorageDomain) => Promise<string[]>;
}

/** Looks and records in one transaction: no VM starts between with a disk on a domain that is about to leave. */
async function change(context: OpContext, ids: DomainOfDataCenter, wanted: Change): Promise<Started> {
  const { attempt, definition, verb } = wanted;
  const { domainId, dataCenterId } = ids;
  await context.authorize("manipulate_storage_domain", { type: "storage_domain", id: domainId });
  const { name } = await getDomainOf(context.db, ids);
  const plan = async (tx: Tx): Promise<ChangeDomainUse> => {
    const domain = await getDomainOf(tx, ids);
    refuseIf(attempt, await wanted.problems(tx, domain));
    const hostId = await chooseStorageHost(tx, attempt, dataCenterId, domain);
    await updateStorageDomain(tx, domainId, { status: wanted.during });
    return { ...ids, hostId, isMaster: domain.isMaster, ...userOf(context) };
  };
  return startSaga(context, attempt, definition, plan, {
    description: `${verb} storage domain ${name}`,
    locks: [`storage-domain:${domainId}`, `data-center:${dataCenterId}`],
  });
}

async function getDomainOf(db: Db, { domainId, dataCenterId }: DomainOfDataCenter): Promise<StorageDomain> {
  const domain = await getStorageDomain(db, domainId);
  if (domain.dataCenterId !== dataCenterId) throw new NotFound("storage domain", domainId);
  return domain;
}
