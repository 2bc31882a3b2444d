// What the Manager asks of a host's connections to storage. Each function is an "ensure": asked again, it finds its work done.

import { type StorageDomainTypeId, storageDomainTypeIds } from "@yagura/agent-protocol";
import { blankUuid, type DataCenterId } from "@yagura/std/ids.ts";
import type { StorageConnection, StorageType } from "../domain/storage-domain/storage-domain.ts";
import { type HostTalk, STORAGE_MS_MAX } from "./host-talk.ts";

export class CannotConnectStorage extends Error {
  override readonly name = "CannotConnectStorage";
  readonly code: number;

  constructor(connection: StorageConnection, code: number) {
    super(`the host cannot connect to the storage ${connection.address}${connection.path} (code ${code})`);
    this.code = code;
  }
}

export const domainTypes: Readonly<Record<StorageType, StorageDomainTypeId>> = {
  localfs: storageDomainTypeIds.localfs,
  nfs: storageDomainTypeIds.nfs,
  posixfs: storageDomainTypeIds.posixfs,
};

/** @throws CannotConnectStorage */
export async function ensureStorageServer(
  { calls, signal }: HostTalk,
  connection: StorageConnection,
  dataCenterId: DataCenterId | undefined,
): Promise<void> {
  const [answer] = await calls.StoragePool.connectStorageServer(
    {
      storagepoolID: dataCenterId ?? blankUuid,
      domainType: domainTypes[connection.type],
      connectionParams: [{ id: connection.id, connection: locationOf(connection) }],
    },
    { signal, timeoutMs: STORAGE_MS_MAX },
  );
  if (answer === undefined || answer.status !== 0) throw new CannotConnectStorage(connection, answer?.status ?? -1);
}

export async function disconnectStorageServer(
  { calls, signal }: HostTalk,
  connection: StorageConnection,
  dataCenterId: DataCenterId | undefined,
): Promise<void> {
  await calls.StoragePool.disconnectStorageServer(
    {
      storagepoolID: dataCenterId ?? blankUuid,
      domainType: domainTypes[connection.type],
      connectionParams: [{ id: connection.id, connection: locationOf(connection) }],
    },
    { signal, timeoutMs: STORAGE_MS_MAX },
  );
}

/** A directory, or a server and its directory, as the host is told it. */
export function locationOf({ address, path }: Pick<StorageConnection, "address" | "path">): string {
  return address === "" ? path : `${address}:${path}`;
}
