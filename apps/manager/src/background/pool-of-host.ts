import type { DataCenterId } from "@yagura/std/ids.ts";
import type { OpContext } from "../context.ts";
import { listStorageDomains } from "../db/queries/storage-domains.ts";
import type { Host } from "../domain/host/host.ts";
import { connectPool, readSpmRole, type SpmRole } from "../hosts/host-pools.ts";
import { ensureStorageServer } from "../hosts/host-storage-servers.ts";
import { findPool } from "../sagas/talk.ts";

/** Makes the host reach its data center's storage, if there is any in use. Returns its role there. */
export async function ensurePoolConnected(
  context: OpContext,
  host: Host,
  dataCenterId: DataCenterId,
): Promise<SpmRole> {
  const { db, hosts, clock, signal } = context;
  const pool = await findPool(db, dataCenterId, host.id);
  const domains = await listStorageDomains(db, { dataCenterId });
  const master = domains.find((domain) => domain.isMaster);
  // A master that is being attached, or is in maintenance, is its saga's business.
  const isInUse =
    master !== undefined && !["locked", "maintenance", "preparing_for_maintenance"].includes(master.status);
  if (pool === undefined || !isInUse) return "not connected";
  const talk = { calls: hosts.calls(host.id), clock, signal };
  const role = await readSpmRole(talk, dataCenterId);
  if (role !== "not connected") return role;
  for (const { connection } of domains) await ensureStorageServer(talk, connection, dataCenterId);
  await connectPool(talk, pool);
  return readSpmRole(talk, dataCenterId);
}
