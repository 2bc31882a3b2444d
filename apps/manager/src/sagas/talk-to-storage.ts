import type { HostId } from "@yagura/std/ids.ts";
import { listClusters } from "../db/queries/clusters.ts";
import { listDataCenters } from "../db/queries/data-centers.ts";
import type { StorageConnection } from "../domain/storage-domain/storage-connection.ts";
import { disconnectStorageServer, ensureStorageServer } from "../hosts/host-storage-servers.ts";
import type { HostTalk } from "../hosts/host-talk.ts";
import type { SagaDeps } from "./deps.ts";
import type { StepInput } from "./engine/saga.ts";
import { listReachableHosts } from "./pool-hosts.ts";
import { talkTo } from "./talk.ts";

type Input = Pick<StepInput<unknown, SagaDeps>, "deps" | "signal">;

interface StorageOfNobody {
  readonly connection: StorageConnection;
  /** Who was chosen when it was asked for. */
  readonly hostId: HostId;
}

/**
 * A host that is connected to storage that is in no data center: the one that was chosen as long as it can be reached, else any
 * other that is up and has shared storage. Each try of a step may be another one's.
 * @throws HostUnreachable; CannotConnectStorage
 */
export async function talkToStorage(input: Input, storage: StorageOfNobody): Promise<HostTalk> {
  const talk = talkTo(input, await chooseHost(input, storage));
  await ensureStorageServer(talk, storage.connection, undefined);
  return talk;
}

async function chooseHost(input: Input, { connection, hostId }: StorageOfNobody): Promise<HostId> {
  const { db, hosts } = input.deps;
  if (connection.type === "localfs" || hosts.linkOf(hostId)?.isOpen === true) return hostId;
  for (const { id } of (await listDataCenters(db)).filter(({ isLocal }) => !isLocal)) {
    if ((await listClusters(db, { dataCenterId: id })).length === 0) continue;
    const [other] = await listReachableHosts(input, id);
    if (other !== undefined) return other.id;
  }
  return hostId;
}

/** What the chosen host has no use for any more. One that cannot be reached is no reason to wait. */
export async function leaveStorage(input: Input, { connection, hostId }: StorageOfNobody): Promise<void> {
  if (input.deps.hosts.linkOf(hostId)?.isOpen !== true) return;
  await disconnectStorageServer(talkTo(input, hostId), connection, undefined);
}
