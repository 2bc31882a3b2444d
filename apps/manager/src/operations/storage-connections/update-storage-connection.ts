import type { OpContext } from "../../context.ts";
import {
  getStorageConnection,
  listStorageConnections,
  writeStorageConnection,
} from "../../db/queries/storage-connections.ts";
import { listStorageDomains } from "../../db/queries/storage-domains.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import {
  connectionProblems,
  type MountSettings,
  plainPath,
  type StorageConnection,
  type StorageConnectionId,
} from "../../domain/storage-domain/storage-connection.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import { systemObject } from "../../domain/user/user.ts";
import { isSamePlace } from "../storage-domains/plan-connection.ts";

const attempt = "Cannot edit Storage Connection.";

export interface StorageConnectionUpdate extends MountSettings {
  readonly connectionId: StorageConnectionId;
  readonly address?: string;
  readonly path?: string;
}

/** Where storage is from now on, or how it is mounted. Hosts hear of it when its domain is activated. */
export async function updateStorageConnection(
  context: OpContext,
  { connectionId, ...changes }: StorageConnectionUpdate,
): Promise<StorageConnection> {
  await authorizeChange(context, connectionId);
  return transaction(context.db, async (tx) => {
    const wanted = { ...(await getStorageConnection(tx, connectionId)), ...changes };
    const connection = { ...wanted, path: plainPath(wanted.type, wanted.path) };
    refuseIf(attempt, connectionProblems(connection), "invalid");
    const others = (await listStorageConnections(tx)).filter(({ id }) => id !== connectionId);
    const domains = await listStorageDomains(tx);
    refuseIf(attempt, [
      ...(others.some((other) => isSamePlace(other, connection)) ? ["The storage connection is already known."] : []),
      ...domains.filter((domain) => domain.connection.id === connectionId).flatMap(usageProblems),
    ]);
    await writeStorageConnection(tx, connection);
    return getStorageConnection(tx, connectionId);
  });
}

/** Whoever may change every domain on it, or, without one, the system's storage. */
export async function authorizeChange({ db, authorize }: OpContext, connectionId: StorageConnectionId): Promise<void> {
  const users = (await listStorageDomains(db)).filter(({ connection }) => connection.id === connectionId);
  if (users.length === 0) await authorize("create_storage_domain", systemObject);
  for (const { id } of users) await authorize("edit_storage_domain_configuration", { type: "storage_domain", id });
}

function usageProblems({ name, status }: StorageDomain): string[] {
  const isFree = status === "maintenance" || status === "unattached";
  return isFree
    ? []
    : [`The Storage Domain ${name} on it is ${status.replaceAll("_", " ")}; put it into maintenance first.`];
}
