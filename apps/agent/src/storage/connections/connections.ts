import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import { oneLine } from "@yagura/std/one-line.ts";
import type { StorageType } from "@yagura/storage-format";
import { AgentError } from "../../errors.ts";
import type { ConnectionStatus, StorageConnection, StorageConnections } from "../contract/connections.ts";
import type { KnownDomains } from "../domains/known-domains.ts";
import { StorageError, storageErrorCodes } from "../errors.ts";
import type { ConnectionKind } from "./connection-kind.ts";

interface ConnectionsWorld {
  readonly kinds: Partial<Record<StorageType, ConnectionKind>>;
  readonly known: Pick<KnownDomains, "forget">;
  readonly log: Log;
}

/** So many servers may be silent at once before others have to wait for one of them to be given up. */
const AT_ONCE_MAX = 32;
const MESSAGE_CHARACTERS_MAX = 1_000;

/** Connects and disconnects side by side, each on its own: one that fails or hangs is a status, not an end. */
export function openConnections({ kinds, known, log }: ConnectionsWorld): StorageConnections {
  async function one(verb: "connect" | "disconnect", connection: StorageConnection): Promise<ConnectionStatus> {
    const { connectionId, path, type } = connection;
    try {
      const kind = kinds[type];
      if (kind === undefined) {
        throw new StorageError("StorageDomainTypeError", `storage of type ${type} cannot be connected yet`);
      }
      await kind[verb](connection);
      return { connectionId, status: 0 };
    } catch (error) {
      log.warn(`cannot ${verb} storage`, { path, error: describeError(error) });
      const status = error instanceof AgentError ? error.code : storageErrorCodes.StorageServerConnectionError;
      return { connectionId, status, message: messageFor(error), error };
    } finally {
      known.forget();
    }
  }

  return {
    connect: (wanted) => sideBySide(wanted, (connection) => one("connect", connection)),
    disconnect: (gone) => sideBySide(gone, (connection) => one("disconnect", connection)),
  };
}

/** What was said by us on the way, for whoever gave the connection; what programs and the system said is in the log. */
function messageFor(error: unknown): string {
  const told: string[] = [];
  for (let at = error; at instanceof AgentError; at = at.cause) told.push(at.message);
  return oneLine(told.length === 0 ? describeError(error) : told.join(": ")).slice(0, MESSAGE_CHARACTERS_MAX);
}

/** Results in the order of the items. `work` does not reject. */
async function sideBySide<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE_MAX, items.length) }, worker));
  return results;
}
