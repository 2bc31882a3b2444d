import { mayRun, type StorageDomainStatus, storageDomainLifecycle } from "@yagura/lifecycles";
import type { DataCenterId, StorageDomainId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Db, Tx } from "../../db/database.ts";
import { getDataCenter } from "../../db/queries/data-centers.ts";
import { listDisks } from "../../db/queries/disks.ts";
import { getStorageDomain, listStorageDomains, updateStorageDomain } from "../../db/queries/storage-domains.ts";
import { listTemplates } from "../../db/queries/templates.ts";
import { listVms } from "../../db/queries/vms.ts";
import { NotFound, refuseIf } from "../../domain/errors.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import { activateStorageDomain as activation } from "../../sagas/activate-storage-domain.ts";
import { deactivateStorageDomain as deactivation } from "../../sagas/deactivate-storage-domain.ts";
import type { SagaDeps } from "../../sagas/deps.ts";
import { detachStorageDomain as detachment } from "../../sagas/detach-storage-domain.ts";
import type { Resource } from "../../sagas/engine/lock-resources.ts";
import type { SagaDefinition } from "../../sagas/engine/saga.ts";
import type { ChangeDomainUse } from "../../sagas/storage-domain-use.ts";
import { isUsedByHosts } from "../../sagas/talk.ts";
import { type Started, startSaga } from "../started.ts";
import { userOf } from "../subjects.ts";
import { busyDiskProblems } from "./busy-disks.ts";
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
    async plan(tx, domain) {
      refuseIf("Cannot activate Storage.", [
        ...(storageDomainLifecycle.canHappen(domain.status, "activate")
          ? []
          : [`The Storage Domain is ${spoken(domain.status)}.`]),
        ...(domain.isMaster ? [] : await poolProblems(tx, ids.dataCenterId)),
      ]);
      return { isMaster: domain.isMaster };
    },
  });
}

/**
 * Out of use, for maintenance. The role of the master goes to another domain before: copied from this one, or, when no host
 * reaches this one any more, made anew there.
 */
export async function deactivateStorageDomain(context: OpContext, ids: DomainOfDataCenter): Promise<Started> {
  const attempt = "Cannot deactivate Storage.";
  return change(context, ids, {
    attempt,
    verb: "Deactivating",
    definition: deactivation,
    during: "preparing_for_maintenance",
    async plan(tx, domain) {
      const { status } = await getDataCenter(tx, ids.dataCenterId);
      const others = (await listStorageDomains(tx, ids)).filter(({ id }) => id !== domain.id).filter(isUsedByHosts);
      const isLost = domain.isMaster && others.length > 0 && (domain.status !== "active" || status !== "up");
      const successor = others.find((each) => each.status === "active");
      refuseIf(attempt, [
        ...(storageDomainLifecycle.canHappen(domain.status, "deactivate")
          ? []
          : [`The Storage Domain is ${spoken(domain.status)}.`]),
        ...(domain.isMaster || status === "up" ? [] : ["The Data Center is not up."]),
        ...(domain.isMaster && others.length > 0 && !isLost && successor === undefined
          ? ["It is the master of the Data Center, and no other Storage Domain is active that could become it."]
          : []),
        ...(await listRunningUsers(tx, domain.id)).map((name) => `VM ${name} runs with a disk on it.`),
        ...(isLost ? [] : await busyDiskProblems(tx, domain)),
      ]);
      return {
        isMaster: domain.isMaster && others.length === 0,
        formerStatus: domain.status,
        ...(isLost && { isLost }),
        ...(domain.isMaster && !isLost && successor !== undefined && { successorId: successor.id }),
      };
    },
  });
}

/** Out of the data center. What is on it stays on it; its disks are not known here any more. */
export async function detachStorageDomain(context: OpContext, ids: DomainOfDataCenter): Promise<Started> {
  const attempt = "Cannot detach Storage.";
  return change(context, ids, {
    attempt,
    verb: "Detaching",
    definition: detachment,
    during: "locked",
    async plan(tx, domain) {
      const others = (await listStorageDomains(tx, ids)).filter(({ id }) => id !== domain.id);
      refuseIf(attempt, [
        ...(domain.status === "maintenance"
          ? []
          : [`The Storage Domain must be in maintenance; it is ${spoken(domain.status)}.`]),
        ...(domain.isMaster && others.length > 0
          ? ["It is the master of the Data Center; activate another Storage Domain, or detach the others first."]
          : []),
        ...(domain.isMaster ? [] : await poolProblems(tx, ids.dataCenterId)),
        ...(await listOwners(tx, domain.id)),
      ]);
      return { isMaster: domain.isMaster };
    },
  });
}

async function poolProblems(tx: Tx, dataCenterId: DataCenterId): Promise<string[]> {
  const { status } = await getDataCenter(tx, dataCenterId);
  return status === "up" ? [] : ["The Data Center is not up; activate its master Storage Domain first."];
}

async function listRunningUsers(tx: Tx, storageDomainId: StorageDomainId): Promise<string[]> {
  const disks = await listDisks(tx, { storageDomainId });
  const users = await listVms(tx, { ids: [...new Set(disks.flatMap((disk) => disk.vmIds))] });
  return users.filter((vm) => mayRun(vm.run.status)).map((vm) => vm.name);
}

/** Who would lose a disk. */
async function listOwners(tx: Tx, storageDomainId: StorageDomainId): Promise<string[]> {
  const disks = await listDisks(tx, { storageDomainId });
  const vms = await listVms(tx, { ids: [...new Set(disks.flatMap(({ vmIds }) => vmIds))] });
  const templateIds = new Set(disks.flatMap((disk) => disk.templateIds));
  const templates = (await listTemplates(tx)).filter(({ id }) => templateIds.has(id));
  return [
    ...vms.map(({ name }) => `VM ${name} has a disk on it; detach the disk from the VM first.`),
    ...templates.map(({ name }) => `Template ${name} has a disk on it; remove the template first.`),
  ];
}

interface Change<Params extends ChangeDomainUse> {
  readonly attempt: string;
  /** "Activating": how its description begins. */
  readonly verb: string;
  readonly definition: SagaDefinition<Params, SagaDeps>;
  /** The domain's status meanwhile. */
  readonly during: StorageDomainStatus;
  /** What it comes to. @throws OperationRefused when it cannot be now */
  readonly plan: (tx: Tx, domain: StorageDomain) => Promise<Omit<Params, keyof DomainOfDataCenter | "hostId" | "user">>;
}

/** Looks and records in one transaction: no VM starts between with a disk on a domain that is about to leave. */
async function change<Params extends ChangeDomainUse>(
  context: OpContext,
  ids: DomainOfDataCenter,
  wanted: Change<Params>,
): Promise<Started> {
  const { attempt, definition, verb } = wanted;
  const { domainId, dataCenterId } = ids;
  await context.authorize("manipulate_storage_domain", { type: "storage_domain", id: domainId });
  const { name } = await getDomainOf(context.db, ids);
  const locks = await poolLocks(context.db, ids);
  const plan = async (tx: Tx): Promise<Params> => {
    const domain = await getDomainOf(tx, ids);
    const isOvertaken = (await poolLocks(tx, ids)).join() !== locks.join();
    refuseIf(attempt, isOvertaken ? ["The Data Center has changed just now. Please try again."] : []);
    const planned = await wanted.plan(tx, domain);
    const hostId = await chooseStorageHost(tx, attempt, dataCenterId, domain);
    await updateStorageDomain(tx, domainId, { status: wanted.during });
    return { ...ids, hostId, ...planned, ...userOf(context) } as Params;
  };
  return startSaga(context, attempt, definition, plan, {
    description: `${verb} storage domain ${name}`,
    locks: [`storage-domain:${domainId}`, ...locks],
  });
}

/**
 * What ends, or begins, the use of the pool as a whole keeps its manager from being chosen meanwhile. That of a master that
 * is lost does not wait for other changes: they wait for a manager, of which there is none before.
 */
async function poolLocks(db: Db, ids: DomainOfDataCenter): Promise<Resource[]> {
  const domain = await getDomainOf(db, ids);
  const { status } = await getDataCenter(db, ids.dataCenterId);
  const others = (await listStorageDomains(db, ids)).filter(({ id }) => id !== domain.id).filter(isUsedByHosts);
  const isPoolWide = domain.isMaster && (others.length === 0 || domain.status !== "active" || status !== "up");
  if (!isPoolWide) return [`storage-pool:${ids.dataCenterId}`];
  return others.length > 0
    ? [`data-center:${ids.dataCenterId}`]
    : [`data-center:${ids.dataCenterId}`, `storage-pool:${ids.dataCenterId}`];
}

async function getDomainOf(db: Db, { domainId, dataCenterId }: DomainOfDataCenter): Promise<StorageDomain> {
  const domain = await getStorageDomain(db, domainId);
  if (domain.dataCenterId !== dataCenterId) throw new NotFound("storage domain", domainId);
  return domain;
}

function spoken(status: StorageDomainStatus): string {
  return status.replaceAll("_", " ");
}
