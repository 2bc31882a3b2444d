import type {
  HostStorage,
  StorageConnection as RestStorageConnection,
  StorageDomain as RestStorageDomain,
} from "@yagura/rest-model";
import type { StorageConnection } from "../../domain/storage-domain/storage-connection.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import type { Links } from "../links.ts";

/** A domain as such: whether it is active is a question of the data center it is attached to, except when it is in none. */
export function renderStorageDomain(domain: StorageDomain, links: Links): RestStorageDomain {
  const { connection } = domain;
  return {
    ...links.of("storage_domain", "storagedomains", domain.id),
    name: domain.name,
    description: domain.description,
    comment: domain.comment,
    ...(domain.availableBytes !== undefined && { available: domain.availableBytes }),
    backup: false,
    block_size: 512,
    committed: domain.committedBytes,
    critical_space_action_blocker: 5,
    discard_after_delete: false,
    external_status: "ok",
    master: domain.isMaster,
    ...(domain.dataCenterId === undefined && { status: domain.status }),
    storage: { type: connection.type, ...renderLocation(connection) },
    storage_format: `v${domain.formatVersion}` as "v5",
    supports_discard: false,
    supports_discard_zeroes_data: false,
    type: domain.purpose,
    ...(domain.usedBytes !== undefined && { used: domain.usedBytes }),
    warning_low_space_indicator: 10,
    wipe_after_delete: domain.wipeAfterDelete,
    ...(domain.dataCenterId !== undefined && { data_centers: [links.ref("datacenters", domain.dataCenterId)] }),
  };
}

/** A domain as its data center has it: with its status there, and the actions that change it. */
export function renderAttachedStorageDomain(domain: StorageDomain, links: Links): RestStorageDomain {
  const dataCenterId = domain.dataCenterId ?? "";
  return {
    ...renderStorageDomain(domain, links),
    ...links.of("attached_storage_domain", "datacenters", dataCenterId, "storagedomains", domain.id),
    status: domain.status,
    data_center: links.ref("datacenters", dataCenterId),
  };
}

export function renderStorageConnection(connection: StorageConnection, links: Links): RestStorageConnection {
  return {
    ...links.of("storage_server_connection", "storageconnections", connection.id),
    type: connection.type,
    ...renderLocation(connection),
    ...(connection.hostId !== undefined && { host: links.ref("hosts", connection.hostId) }),
  };
}

/** Settings that were not given are not there: hosts have their own. */
function renderLocation({ address, path, ...settings }: StorageConnection): Omit<HostStorage, "id" | "type" | "host"> {
  return {
    path,
    ...(address !== "" && { address }),
    ...(settings.nfsVersion !== undefined && { nfs_version: settings.nfsVersion }),
    ...(settings.nfsTimeoutDeciseconds !== undefined && { nfs_timeo: settings.nfsTimeoutDeciseconds }),
    ...(settings.nfsRetransmissions !== undefined && { nfs_retrans: settings.nfsRetransmissions }),
    ...(settings.mountOptions !== undefined && { mount_options: settings.mountOptions }),
    ...(settings.vfsType !== undefined && { vfs_type: settings.vfsType }),
  };
}
