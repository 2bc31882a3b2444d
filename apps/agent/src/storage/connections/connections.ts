import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import { AgentError } from "../../errors.ts";
import type { KnownDomains } from "../domains/known-domains.ts";
import { StorageError, storageErrorCodes } from "../errors.ts";
import type { ConnectionStatus, StorageConnection, StorageConnections } from "../storage.ts";
import type { ConnectionKind } from "./connection-kind.ts";

interface ConnectionsWorld {
  readonly local: ConnectionKind;
  readonly known: KnownDomains;
  readonly log: Log;
}

/** Connects and disconnects, each on its own: one that fails is a status, not an end. */
export function openConnections({ local, known, log }: ConnectionsWorld): StorageConnections {
  const kindOf = ({ type }: StorageConnection): ConnectionKind => {
    if (type !== "LOCALFS")
      throw new StorageError("StorageDomainTypeError", `storage of type ${type} cannot be connected yet`);
    return local;
  };

  async function each(
    verb: "connect" | "disconnect",
    connections: readonly StorageConnection[],
  ): Promise<readonly ConnectionStatus[]> {
    const statuses: ConnectionStatus[] = [];
    for (const connection of connections) {
      const { connectionId, path } = connection;
      try {
        await kindOf(connection)[verb](connection);
        statuses.push({ connectionId, status: 0 });
      } catch (error) {
        log.warn(`cannot ${verb} storage`, { path, error: describeError(error) });
        const status = error instanceof AgentError ? error.code : storageErrorCodes.StorageServerConnectionError;
        statuses.push({ connectionId, status, error });
      }
    }
    known.forget();
    return statuses;
  }

  return {
    connect: (wanted) => each("connect", wanted),
    disconnect: (gone) => each("disconnect", gone),
  };
}
