import type { HostStorage, StorageConnection as RestStorageConnection } from "@yagura/rest-model";
import { OperationRefused } from "../../domain/errors.ts";
import type {
  MountSettings,
  StorageConnectionId,
  StorageLocation,
} from "../../domain/storage-domain/storage-connection.ts";
import type { StorageType } from "../../domain/storage-domain/storage-domain.ts";
import { defined } from "../defined.ts";
import type { Inventory } from "../inventory.ts";
import { pathId, required } from "../references.ts";

const storageTypes: readonly StorageType[] = ["localfs", "nfs", "posixfs"];

/** @throws OperationRefused for storage that v4 has and we do not. */
export function readStorageType(asked: string, attempt: string): StorageType {
  const type = storageTypes.find((each) => each === asked);
  if (type === undefined) {
    throw new OperationRefused("unsupported", attempt, [`Storage of the type ${asked} is not supported yet.`]);
  }
  return type;
}

/** Where a new domain is to be: at a connection that is known, named by its id, or at an address and a path. */
export async function readStorage(
  inventory: Inventory,
  attempt: string,
  storage: HostStorage,
): Promise<{
  readonly type: StorageType;
  readonly connection: { readonly id: StorageConnectionId } | StorageLocation;
}> {
  if (storage.id !== undefined) {
    const id = pathId<StorageConnectionId>("storage connection", storage.id);
    const { type } = await inventory.storageConnection(id);
    return { type, connection: { id } };
  }
  const type = readStorageType(required(storage.type, "StorageDomain", "storage.type", "add"), attempt);
  const path = required(storage.path, "StorageDomain", "storage.path", "add");
  if (type === "nfs") required(storage.address, "StorageDomain", "storage.address", "add");
  return { type, connection: { path, ...defined({ address: storage.address }), ...readMountSettings(storage) } };
}

/** The settings that a body has; what is absent stays away. */
export function readMountSettings(body: HostStorage | RestStorageConnection): MountSettings {
  return defined({
    nfsVersion: body.nfs_version,
    nfsTimeoutDeciseconds: body.nfs_timeo,
    nfsRetransmissions: body.nfs_retrans,
    mountOptions: body.mount_options,
    vfsType: body.vfs_type,
  });
}
