import { withDeadline } from "@yagura/std/deadline.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { DataCenterId, HostId } from "@yagura/std/ids.ts";
import type { Db } from "../db/database.ts";
import { listClusters } from "../db/queries/clusters.ts";
import { listHosts } from "../db/queries/hosts.ts";
import { listStorageDomains } from "../db/queries/storage-domains.ts";
import type { Host } from "../domain/host/host.ts";
import type { StorageConnection } from "../domain/storage-domain/storage-connection.ts";
import { connectPool } from "../hosts/host-pools.ts";
import { disconnectStorageServer, ensureStorageServer } from "../hosts/host-storage-servers.ts";
import type { HostTalk } from "../hosts/host-talk.ts";
import type { SagaDeps } from "./deps.ts";
import type { StepInput } from "./engine/saga.ts";
import { findPool, isUsedByHosts, talkTo } from "./talk.ts";

type Input = StepInput<unknown, SagaDeps>;

export async function listHostsOfDataCenter(db: Db, dataCenterId: DataCenterId): Promise<Host[]> {
  const clusters = new Set((await listClusters(db, { dataCenterId })).map((cluster) => cluster.id));
  return (await listHosts(db)).filter((host) => clusters.has(host.clusterId));
}

/** No host of the data center that is up can be reached now. */
export class NoHostUp extends Error {
  override readonly name = "NoHostUp";
  readonly retryable = true;

  constructor(dataCenterId: DataCenterId) {
    super(`no host of data center ${dataCenterId} is up`);
  }
}

/** The hosts that are up and connected to this Manager now. */
export async function listReachableHosts({ deps }: Pick<Input, "deps">, dataCenterId: DataCenterId): Promise<Host[]> {
  const hosts = await listHostsOfDataCenter(deps.db, dataCenterId);
  return hosts.filter((host) => host.status === "up" && deps.hosts.linkOf(host.id)?.isOpen === true);
}

/**
 * Some host of the data center, for what any of them can do: the preferred one as long as it can be reached.
 * @throws NoHostUp
 */
export async function talkToSomeHost(
  input: Pick<Input, "deps" | "signal">,
  dataCenterId: DataCenterId,
  preferred?: HostId,
): Promise<HostTalk & { readonly host: Host }> {
  const hosts = await listReachableHosts(input, dataCenterId);
  const host = hosts.find(({ id }) => id === preferred) ?? hosts[0];
  if (host === undefined) throw new NoHostUp(dataCenterId);
  return { ...talkTo(input, host.id), host };
}

/** One host that hangs must not hold up the work for all; whoever watches hosts sees to it that it learns of it later. */
const TELL_MS_MAX = 60_000;

/**
 * Tells every host that is up which domains of its pool are in use now, and connects it to them. A host that fails is only
 * noted: its storage is watched, and it is told again.
 * @param gone storage that no host needs any more
 */
export async function tellHosts(input: Input, dataCenterId: DataCenterId, gone?: StorageConnection): Promise<void> {
  const { deps } = input;
  const domains = await listStorageDomains(deps.db, { dataCenterId });
  const used = domains.filter(isUsedByHosts).map(({ connection }) => connection);
  await onEachHost(input, dataCenterId, async (talk, host) => {
    for (const connection of used) await ensureStorageServer(talk, connection, dataCenterId);
    const pool = await findPool(deps.db, dataCenterId, host.id);
    if (pool !== undefined && used.length > 0) await connectPool(talk, pool);
    if (gone !== undefined && !used.some(({ id }) => id === gone.id)) {
      await disconnectStorageServer(talk, gone, dataCenterId);
    }
  });
}

/** At all hosts that are up, side by side; a failure is noted and no more. */
export async function onEachHost(
  input: Input,
  dataCenterId: DataCenterId,
  work: (talk: HostTalk, host: Host) => Promise<void>,
): Promise<void> {
  const hosts = await listReachableHosts(input, dataCenterId);
  await Promise.all(
    hosts.map(async (host) => {
      try {
        await withDeadline(
          `telling host ${host.name} of its storage`,
          TELL_MS_MAX,
          (signal) => work(talkTo({ deps: input.deps, signal }, host.id), host),
          input.signal,
        );
      } catch (error) {
        input.signal.throwIfAborted();
        input.log.warn("a host could not be told of its storage", { hostId: host.id, error: describeError(error) });
      }
    }),
  );
}
