import { describeError } from "@yagura/std/describe-error.ts";
import type { DataCenterId, HostId, StorageDomainId } from "@yagura/std/ids.ts";
import { getDataCenter, updateDataCenter } from "../db/queries/data-centers.ts";
import { getStorageDomain, listStorageDomains, updateStorageDomain } from "../db/queries/storage-domains.ts";
import { transaction } from "../db/transaction.ts";
import type { StorageDomain } from "../domain/storage-domain/storage-domain.ts";
import { findDomainInfo } from "../hosts/host-domains.ts";
import {
  hasBecomeMaster,
  leavePool,
  type MasterChange,
  reconstructMaster,
  switchMaster,
} from "../hosts/host-master.ts";
import { ensureStorageServer } from "../hosts/host-storage-servers.ts";
import type { HostTalk } from "../hosts/host-talk.ts";
import type { SagaDeps } from "./deps.ts";
import type { StepInput } from "./engine/saga.ts";
import { listReachableHosts, NoHostUp, onEachHost, talkToSomeHost, tellHosts } from "./pool-hosts.ts";
import { getPool, isUsedByHosts, talkTo, talkToStorageManager } from "./talk.ts";

type Input = StepInput<unknown, SagaDeps>;

interface Leaving {
  readonly domainId: StorageDomainId;
  readonly dataCenterId: DataCenterId;
}

/** The host was asked to, and does not know any more what became of it; the storage says that the role has not moved. */
class MasterHasNotMoved extends Error {
  override readonly name = "MasterHasNotMoved";
  readonly retryable = true;
}

/**
 * Moves the role of the master while the former one can still be read. The storage is looked at first, by any host: when the
 * manager of the pool was lost in the middle, no host can join the pool before the database says the same as the storage.
 */
export async function giveMasterOn(
  input: Input,
  { domainId, dataCenterId, successorId }: Leaving & { readonly successorId: StorageDomainId },
): Promise<void> {
  const { db } = input.deps;
  const [former, successor] = [await getStorageDomain(db, domainId), await getStorageDomain(db, successorId)];
  if (former.isMaster) {
    const { masterVersion } = await getDataCenter(db, dataCenterId);
    const change = { formerId: domainId, nextId: successorId, version: masterVersion + 1 };
    const anyHost = await talkToSomeHost(input, dataCenterId);
    await ensureStorageServer(anyHost, successor.connection, dataCenterId);
    if (!(await hasBecomeMaster(anyHost, change))) {
      const manager = await talkToStorageManager(input, dataCenterId);
      await switchMaster(manager, { dataCenterId }, change);
      if (!(await hasBecomeMaster(manager, change)))
        throw new MasterHasNotMoved("the role of the master has not moved");
    }
    await recordMaster(input, dataCenterId, change);
  }
  await tellHosts(input, dataCenterId);
}

/** None of the other domains in use can be read either. */
export class NoOtherMaster extends Error {
  override readonly name = "NoOtherMaster";

  constructor() {
    super("No host can read another active Storage Domain of the Data Center that could become its master.");
  }
}

/**
 * Makes a domain that some host can read the master, in place of one that none can. All hosts leave the pool before; the
 * next manager of it is chosen as always, once the database says who is master.
 */
export async function replaceLostMaster(input: Input, { domainId, dataCenterId }: Leaving): Promise<void> {
  const { db } = input.deps;
  if (!(await getStorageDomain(db, domainId)).isMaster) return;
  const { masterVersion } = await getDataCenter(db, dataCenterId);
  const version = masterVersion + 1;
  const others = (await listStorageDomains(db, { dataCenterId })).filter((each) => each.id !== domainId);
  const { talk, hostId, domain, isDone } = await findReadable(input, others.filter(isUsedByHosts), {
    dataCenterId,
    version,
  });
  const change = { formerId: domainId, nextId: domain.id, version };
  if (!isDone) {
    await onEachHost(input, dataCenterId, (each, host) =>
      leavePool(each, { dataCenterId, hostNumber: host.poolNumber }),
    );
    const pool = await getPool(db, dataCenterId, hostId);
    await reconstructMaster(talk, { ...pool, masterId: domain.id, masterVersion: version });
  }
  await recordMaster(input, dataCenterId, change);
}

/** A host and a domain that it can read; one that became the master in an earlier try before all others. */
async function findReadable(
  input: Input,
  candidates: readonly StorageDomain[],
  { dataCenterId, version }: { readonly dataCenterId: DataCenterId; readonly version: number },
): Promise<{
  readonly talk: HostTalk;
  readonly hostId: HostId;
  readonly domain: StorageDomain;
  readonly isDone: boolean;
}> {
  const hosts = await listReachableHosts(input, dataCenterId);
  if (hosts.length === 0) throw new NoHostUp(dataCenterId);
  const readable: Awaited<ReturnType<typeof findReadable>>[] = [];
  for (const host of hosts) {
    const talk = talkTo(input, host.id);
    for (const domain of candidates) {
      try {
        await ensureStorageServer(talk, domain.connection, dataCenterId);
        const info = await findDomainInfo(talk, domain.id);
        if (info === undefined) continue;
        const isDone = info.role === "Master" && (info.master_ver ?? 0) >= version;
        readable.push({ talk, hostId: host.id, domain, isDone });
      } catch (error) {
        input.signal.throwIfAborted();
        input.log.info("a host cannot read a domain", { hostId: host.id, error: describeError(error) });
      }
    }
  }
  const best = readable.find(({ isDone }) => isDone) ?? readable[0];
  if (best === undefined) throw new NoOtherMaster();
  return best;
}

async function recordMaster({ deps }: Input, dataCenterId: DataCenterId, change: MasterChange): Promise<void> {
  await transaction(deps.db, async (tx) => {
    await updateStorageDomain(tx, change.formerId, { isMaster: false });
    await updateStorageDomain(tx, change.nextId, { isMaster: true });
    await updateDataCenter(tx, dataCenterId, { masterVersion: change.version });
  });
}
