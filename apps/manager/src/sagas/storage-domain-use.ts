import type { DataCenterId, HostId, StorageDomainId } from "@yagura/std/ids.ts";
import type { Db } from "../db/database.ts";
import { getDataCenter } from "../db/queries/data-centers.ts";
import { getStorageDomain, updateStorageDomain } from "../db/queries/storage-domains.ts";
import { transaction } from "../db/transaction.ts";
import type { StorageDomain } from "../domain/storage-domain/storage-domain.ts";
import type { EventSubject } from "../events/record.ts";
import { ensureStorageServer } from "../hosts/host-storage-servers.ts";
import type { HostTalk } from "../hosts/host-talk.ts";
import type { SagaDeps } from "./deps.ts";
import type { StepInput } from "./engine/saga.ts";
import { talkToSomeHost } from "./pool-hosts.ts";
import { talkToStorageManager } from "./talk.ts";

/** A change of whether, and how, a data center uses one of its domains. */
export interface ChangeDomainUse {
  readonly domainId: StorageDomainId;
  readonly dataCenterId: DataCenterId;
  /** The storage pool manager, or the host that becomes it as long as it can be reached. */
  readonly hostId: HostId;
  /** The domain takes the pool along: it is the master, and no other one is in use. */
  readonly isMaster: boolean;
  readonly user?: EventSubject;
}

export type UseInput = StepInput<ChangeDomainUse, SagaDeps>;

export async function setDomainStatus(
  { params, deps }: Pick<UseInput, "params" | "deps">,
  status: StorageDomain["status"],
): Promise<void> {
  await transaction(deps.db, (tx) => updateStorageDomain(tx, params.domainId, { status }));
}

/** The pool's manager; of a pool that has none, because its master is not in use, the host that becomes it. */
export async function talkToActingHost(input: UseInput): Promise<HostTalk & { readonly hostId: HostId }> {
  const { isMaster, dataCenterId, hostId } = input.params;
  if (!isMaster) return talkToStorageManager(input, dataCenterId);
  const talk = await talkToSomeHost(input, dataCenterId, hostId);
  return { ...talk, hostId: talk.host.id };
}

/** The same, connected to the domain's storage: each try of a step may be another host's. */
export async function talkAndConnect(input: UseInput): Promise<HostTalk & { readonly hostId: HostId }> {
  const talk = await talkToActingHost(input);
  const { connection } = await getStorageDomain(input.deps.db, input.params.domainId);
  await ensureStorageServer(talk, connection, input.params.dataCenterId);
  return talk;
}

/** What the events of such a change are about. */
export async function aboutUse(db: Db, params: ChangeDomainUse, correlationId: string) {
  const [domain, dataCenter] = [
    await getStorageDomain(db, params.domainId),
    await getDataCenter(db, params.dataCenterId),
  ];
  return {
    correlationId,
    ...(params.user !== undefined && { user: params.user }),
    storageDomain: { id: domain.id, name: domain.name },
    dataCenter: { id: dataCenter.id, name: dataCenter.name },
  };
}
