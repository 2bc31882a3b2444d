import type { OpContext } from "../../context.ts";
import { deleteStorageConnection, getStorageConnection } from "../../db/queries/storage-connections.ts";
import { listStorageDomains } from "../../db/queries/storage-domains.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import type { StorageConnectionId } from "../../domain/storage-domain/storage-connection.ts";
import { authorizeChange } from "./update-storage-connection.ts";

const attempt = "Cannot remove Storage Connection.";

/** Forgets a connection that no domain uses. */
export async function removeStorageConnection(context: OpContext, connectionId: StorageConnectionId): Promise<void> {
  await authorizeChange(context, connectionId);
  await transaction(context.db, async (tx) => {
    await getStorageConnection(tx, connectionId);
    const users = (await listStorageDomains(tx)).filter(({ connection }) => connection.id === connectionId);
    refuseIf(
      attempt,
      users.map(({ name }) => `The Storage Domain ${name} is on it.`),
    );
    await deleteStorageConnection(tx, connectionId);
  });
}
