import { describeError } from "@yagura/std/describe-error.ts";
import type { DataCenterId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { listStorageDomains } from "../../db/queries/storage-domains.ts";
import type { Host } from "../../domain/host/host.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import { connectPool, type PoolOnHost, readSpm, type SpmReport } from "../../hosts/host-pools.ts";
import { ensureStorageServer } from "../../hosts/host-storage-servers.ts";
import type { HostTalk } from "../../hosts/host-talk.ts";
import { findPool } from "../../sagas/talk.ts";
import type { ToldPools } from "./told-pools.ts";

/** A server that did not answer is tried again after this; whether the domain is there is watched all the time. */
const SERVER_AGAIN_MS = 30_000;

/**
 * Makes the host reach its data center's storage, if there is any in use: connects it to all storage servers and to the pool,
 * tells it of domains that came or went since, and all again after it was away. A server that does not answer keeps it from
 * no other one. Returns what the host says of the pool's manager.
 */
export async function connectHostToPool(
  context: OpContext,
  told: ToldPools,
  host: Host,
  dataCenterId: DataCenterId,
): Promise<SpmReport | "not connected"> {
  const { db, hosts, clock, signal } = context;
  const pool = await findPool(db, dataCenterId, host.id);
  const domains = await listStorageDomains(db, { dataCenterId });
  const master = domains.find((domain) => domain.isMaster);
  // A master that is being attached, or is in maintenance, is its saga's business. One that leaves, and of which the saga
  // does not keep the whole data center, gives its role on before: for that there must be a manager.
  const isInUse = master !== undefined && !["locked", "maintenance"].includes(master.status);
  if (pool === undefined || !isInUse) return "not connected";
  const talk = { calls: hosts.calls(host.id), clock, signal };
  const what = JSON.stringify([hosts.linkOf(host.id)?.generation, pool]);
  const report = await readSpm(talk, dataCenterId);
  if (report !== "not connected" && told.isTold(host.id, what, clock.monotonicMs())) return report;
  const used = domains.filter(({ id }) => pool.domains.some((domain) => domain.id === id && domain.isActive));
  try {
    const areAllConnected = await connectServers(context, talk, host, used, pool);
    await connectPool(talk, pool);
    told.note(host.id, what, areAllConnected ? undefined : clock.monotonicMs() + SERVER_AGAIN_MS);
  } catch (error) {
    signal.throwIfAborted();
    // Who manages the storage is known all the same, and the host is told again of what changed.
    if (report === "not connected") throw error;
    told.note(host.id, what, clock.monotonicMs() + SERVER_AGAIN_MS);
    context.log.warn("a host cannot be told how its pool is now", { hostId: host.id, error: describeError(error) });
    return report;
  }
  return readSpm(talk, dataCenterId);
}

/** Side by side. Only the master's is needed at once. Returns whether all answered. */
async function connectServers(
  { log }: OpContext,
  talk: HostTalk,
  host: Host,
  domains: readonly StorageDomain[],
  { dataCenterId, masterId }: PoolOnHost,
): Promise<boolean> {
  const ends = await Promise.all(
    domains.map(async (domain) => {
      try {
        await ensureStorageServer(talk, domain.connection, dataCenterId);
        return true;
      } catch (error) {
        if (domain.id === masterId) throw error;
        const words = { hostId: host.id, domainId: domain.id, error: describeError(error) };
        log.warn("a host cannot connect to the storage of a domain", words);
        return false;
      }
    }),
  );
  return !ends.includes(false);
}
