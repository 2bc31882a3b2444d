import type { OpContext } from "../../context.ts";
import { ensureStorageConnection, listStorageConnections } from "../../db/queries/storage-connections.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { StorageConnection } from "../../domain/storage-domain/storage-connection.ts";
import { systemObject } from "../../domain/user/user.ts";
import { isSamePlace, planConnection, type WantedConnection } from "../storage-domains/plan-connection.ts";

const attempt = "Cannot add Storage Connection.";

/** Notes where storage is, for a domain that is made or imported later. No host connects to it yet. */
export async function createStorageConnection(
  context: OpContext,
  wanted: WantedConnection,
): Promise<StorageConnection> {
  await context.authorize("create_storage_domain", systemObject);
  refuseIf(
    attempt,
    wanted.type === "localfs" && wanted.hostId === undefined ? ["Local storage belongs to a host; say which."] : [],
    "invalid",
  );
  const connection = await planConnection(context.db, attempt, wanted);
  await transaction(context.db, async (tx) => {
    const isKnown = (await listStorageConnections(tx)).some((each) => isSamePlace(each, connection));
    refuseIf(attempt, isKnown ? ["The storage connection is already known."] : []);
    await ensureStorageConnection(tx, connection);
  });
  return connection;
}
