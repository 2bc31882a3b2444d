import { type HostId, newId } from "@yagura/std/ids.ts";
import type { Db } from "../../db/database.ts";
import { getStorageConnection, listStorageConnections } from "../../db/queries/storage-connections.ts";
import { refuseIf } from "../../domain/errors.ts";
import {
  connectionProblems,
  plainPath,
  type StorageConnection,
  type StorageConnectionId,
  type StorageLocation,
  type StorageType,
} from "../../domain/storage-domain/storage-connection.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";

export interface WantedConnection {
  readonly type: StorageType;
  readonly connection: { readonly id: StorageConnectionId } | StorageLocation;
  /** Whose local directory it is. */
  readonly hostId?: HostId;
}

/** The recorded connection that is asked for, or a new one that is not recorded yet. @throws OperationRefused, NotFound */
export async function planConnection(db: Db, attempt: string, asked: WantedConnection): Promise<StorageConnection> {
  if ("id" in asked.connection) {
    const known = await getStorageConnection(db, asked.connection.id);
    const isOther = known.type !== asked.type;
    refuseIf(attempt, isOther ? [`The storage connection is of the type ${known.type}.`] : [], "invalid");
    return known;
  }
  const { address = "", path, ...settings } = asked.connection;
  const wanted: Omit<StorageConnection, "id"> = {
    ...settings,
    type: asked.type,
    address,
    path: plainPath(asked.type, path),
    ...(asked.type === "localfs" && asked.hostId !== undefined && { hostId: asked.hostId }),
  };
  refuseIf(attempt, connectionProblems({ id: newId(), ...wanted }), "invalid");
  const same = (await listStorageConnections(db)).find((each) => isSamePlace(each, wanted));
  if (same === undefined) return { id: newId(), ...wanted };
  refuseIf(attempt, hasSameSettings(same, wanted) ? [] : [`The storage ${path} is known with other mount settings.`]);
  return same;
}

/** Why there cannot be one more domain at this place: one directory holds one. */
export function placeProblems(connection: StorageConnection, domains: readonly StorageDomain[]): string[] {
  const there = domains.find((domain) => isSamePlace(domain.connection, connection));
  return there === undefined ? [] : [`The storage has the domain ${there.name} already.`];
}

/** The same directory of the same server, or of the same host. */
export function isSamePlace(a: Omit<StorageConnection, "id">, b: Omit<StorageConnection, "id">): boolean {
  return a.type === b.type && a.address === b.address && a.path === b.path && a.hostId === b.hostId;
}

function hasSameSettings(a: Omit<StorageConnection, "id">, b: Omit<StorageConnection, "id">): boolean {
  return (
    a.nfsVersion === b.nfsVersion &&
    a.nfsTimeoutDeciseconds === b.nfsTimeoutDeciseconds &&
    a.nfsRetransmissions === b.nfsRetransmissions &&
    (a.mountOptions ?? "") === (b.mountOptions ?? "") &&
    a.vfsType === b.vfsType
  );
}
