// Which domain carries a pool's role of the master, and how it moves to another one. Each function is an "ensure".

import type { StorageDomainId } from "@yagura/std/ids.ts";
import { findDomainInfo } from "./host-domains.ts";
import { disconnectPool, leaseSettings, type PoolOnHost, stopSpm } from "./host-pools.ts";
import { type HostTalk, STORAGE_MS_MAX } from "./host-talk.ts";
import { explained } from "./storage-faults.ts";
import { waitForTask } from "./wait-for-task.ts";

/** The host joins the domain, and waits for the lease of a manager that is gone. */
const RECONSTRUCT_MS_MAX = 660_000;

export interface MasterChange {
  readonly formerId: StorageDomainId;
  readonly nextId: StorageDomainId;
  /** Counts up with each change: a host that knows an older one learns that it is behind. */
  readonly version: number;
}

/** Whether the storage says that the role has moved; any host that is connected to the storage can read it. */
export async function hasBecomeMaster(talk: HostTalk, { nextId, version }: MasterChange): Promise<boolean> {
  const info = await findDomainInfo(talk, nextId);
  return info?.role === "Master" && (info.master_ver ?? 0) >= version;
}

/** The pool's manager copies what the master carries, and gives the role on. @throws StorageTaskFailed */
export async function switchMaster(
  talk: HostTalk,
  { dataCenterId }: Pick<PoolOnHost, "dataCenterId">,
  change: MasterChange,
): Promise<void> {
  const taskId = await talk.calls.StoragePool.switchMaster(
    {
      storagepoolID: dataCenterId,
      oldMasterUUID: change.formerId,
      newMasterUUID: change.nextId,
      masterVersion: change.version,
    },
    { signal: talk.signal, timeoutMs: STORAGE_MS_MAX },
  );
  await waitForTask(taskId, { ...talk, what: "move the role of the master to another storage domain" });
}

/**
 * Makes another domain the master when the former one cannot be read any more. What only that one carried, the work that
 * was under way, is lost; no disk is.
 * @param pool as it shall be, with the new master
 */
export async function reconstructMaster(talk: HostTalk, pool: PoolOnHost): Promise<void> {
  await disconnectPool(talk, pool);
  await explained("The role of the master cannot be given to another Storage Domain", () =>
    talk.calls.StoragePool.reconstructMaster(
      {
        storagepoolID: pool.dataCenterId,
        hostId: pool.hostNumber,
        name: pool.name,
        masterSdUUID: pool.masterId,
        masterVersion: pool.masterVersion,
        domainDict: Object.fromEntries(pool.domains.map(({ id, isActive }) => [id, isActive ? "active" : "attached"])),
        ...leaseSettings,
        ioOpTimeoutSec: pool.ioTimeoutSeconds,
      },
      { signal: talk.signal, timeoutMs: RECONSTRUCT_MS_MAX },
    ),
  );
}

/** Ends this host's part in the pool, whatever it is. */
export async function leavePool(talk: HostTalk, pool: Pick<PoolOnHost, "dataCenterId" | "hostNumber">): Promise<void> {
  await stopSpm(talk, pool.dataCenterId);
  await disconnectPool(talk, pool);
}
