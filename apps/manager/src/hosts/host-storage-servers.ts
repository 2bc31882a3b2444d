// What the Manager asks of a host's connections to storage. Each function is an "ensure": asked again, it finds its work done.

import { type ConnectionRefParameters, type StorageDomainTypeId, storageDomainTypeIds } from "@yagura/agent-protocol";
import { blankUuid, type DataCenterId } from "@yagura/std/ids.ts";
import { oneLine } from "@yagura/std/one-line.ts";
import {
  locationOf,
  type NfsVersion,
  type StorageConnection,
  type StorageType,
} from "../domain/storage-domain/storage-connection.ts";
import { type HostTalk, STORAGE_MS_MAX } from "./host-talk.ts";
import { explainStorageCode } from "./storage-faults.ts";

/** The host said no to a connection: nothing is connected. */
export class CannotConnectStorage extends Error {
  override readonly name = "CannotConnectStorage";
  readonly code: number;

  /** @param said why, in the words of a host that tells more than a code */
  constructor(connection: StorageConnection, code: number, said?: string) {
    const location = locationOf(connection);
    const why = said === undefined ? undefined : plainWords(said, location);
    super(
      `The host cannot connect to the storage ${location}: ${why ?? explainStorageCode(code) ?? "it does not say why"} (code ${code})`,
    );
    this.code = code;
  }
}

const SAID_CHARACTERS_MAX = 500;

/** Without the place, which is told already. */
function plainWords(said: string, location: string): string | undefined {
  const words = oneLine(said).trim().slice(0, SAID_CHARACTERS_MAX);
  const prefix = `cannot connect ${location}: `;
  const why = words.startsWith(prefix) ? words.slice(prefix.length) : words;
  return why === "" ? undefined : why;
}

export const domainTypes: Readonly<Record<StorageType, StorageDomainTypeId>> = {
  localfs: storageDomainTypeIds.localfs,
  nfs: storageDomainTypeIds.nfs,
  posixfs: storageDomainTypeIds.posixfs,
};

/** As mount(8) has the versions; a host that is told none takes the one it agrees on with the server. */
const protocolVersions: Readonly<Record<NfsVersion, string>> = {
  auto: "auto",
  v3: "3",
  v4: "4",
  v4_0: "4.0",
  v4_1: "4.1",
  v4_2: "4.2",
};

/** @throws CannotConnectStorage */
export async function ensureStorageServer(
  { calls, signal }: Pick<HostTalk, "calls" | "signal">,
  connection: StorageConnection,
  dataCenterId: DataCenterId | undefined,
): Promise<void> {
  const [answer] = await calls.StoragePool.connectStorageServer(
    {
      storagepoolID: dataCenterId ?? blankUuid,
      domainType: domainTypes[connection.type],
      connectionParams: [connectionParameters(connection)],
    },
    { signal, timeoutMs: STORAGE_MS_MAX },
  );
  if (answer === undefined || answer.status !== 0)
    throw new CannotConnectStorage(connection, answer?.status ?? -1, answer?.message);
}

/** Also of one that the host does not have; what is still mounted then is the host's matter. */
export async function disconnectStorageServer(
  { calls, signal }: Pick<HostTalk, "calls" | "signal">,
  connection: StorageConnection,
  dataCenterId: DataCenterId | undefined,
): Promise<void> {
  await calls.StoragePool.disconnectStorageServer(
    {
      storagepoolID: dataCenterId ?? blankUuid,
      domainType: domainTypes[connection.type],
      connectionParams: [connectionParameters(connection)],
    },
    { signal, timeoutMs: STORAGE_MS_MAX },
  );
}

function connectionParameters(connection: StorageConnection): ConnectionRefParameters {
  const { id, nfsVersion, nfsTimeoutDeciseconds, nfsRetransmissions, mountOptions, vfsType } = connection;
  return {
    id,
    connection: locationOf(connection),
    ...(nfsVersion !== undefined && { protocol_version: protocolVersions[nfsVersion] }),
    ...(nfsTimeoutDeciseconds !== undefined && { timeout: nfsTimeoutDeciseconds }),
    ...(nfsRetransmissions !== undefined && { retrans: nfsRetransmissions }),
    ...(mountOptions !== undefined && mountOptions !== "" && { mnt_options: mountOptions }),
    ...(vfsType !== undefined && { vfs_type: vfsType }),
  };
}
