import { NotFound, OperationRefused } from "../../domain/errors.ts";
import type { StorageConnection } from "../../domain/storage-domain/storage-connection.ts";
import { createStorageConnection } from "../../operations/storage-connections/create-storage-connection.ts";
import { removeStorageConnection } from "../../operations/storage-connections/remove-storage-connection.ts";
import { updateStorageConnection } from "../../operations/storage-connections/update-storage-connection.ts";
import { defined } from "../defined.ts";
import { findReferenced, required } from "../references.ts";
import { readMountSettings, readStorageType } from "../representations/read-storage.ts";
import { renderStorageConnection } from "../representations/storage-domain.ts";
import { completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { cutList } from "../select-list.ts";

export const storageConnectionRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/storageconnections",
    async handle(request) {
      const found = cutList(request, await request.inventory.storageConnections());
      return list(
        "storage_connection",
        found.map((each) => renderStorageConnection(each, request.links)),
      );
    },
  },
  {
    method: "GET",
    path: "/storageconnections/:storageConnection",
    handle: async (request) =>
      entity("storage_connection", renderStorageConnection(await connectionOf(request), request.links)),
  },
  {
    method: "POST",
    path: "/storageconnections",
    async handle(request) {
      const { context, inventory, links } = request;
      const body = request.read("storage_connection");
      const host = await findReferenced("host", body.host, () => inventory.hosts());
      const asked = required(body.type, "StorageConnection", "type", "add");
      const type = readStorageType(asked, "Cannot add Storage Connection.");
      const path = required(body.path, "StorageConnection", "path", "add");
      if (type === "nfs") required(body.address, "StorageConnection", "address", "add");
      const made = await createStorageConnection(context, {
        type,
        connection: { path, ...defined({ address: body.address }), ...readMountSettings(body) },
        ...(host !== undefined && { hostId: host.id }),
      });
      return entity("storage_connection", renderStorageConnection(made, links), "created");
    },
  },
  {
    method: "PUT",
    path: "/storageconnections/:storageConnection",
    async handle(request) {
      const { id } = await connectionOf(request);
      const body = request.read("storage_connection");
      const updated = await updateStorageConnection(request.context, {
        connectionId: id,
        ...defined({ address: body.address, path: body.path }),
        ...readMountSettings(body),
      });
      return entity("storage_connection", renderStorageConnection(updated, request.links));
    },
  },
  {
    method: "DELETE",
    path: "/storageconnections/:storageConnection",
    async handle(request) {
      await removeStorageConnection(request.context, (await connectionOf(request)).id);
      return completed();
    },
  },
  {
    method: "GET",
    path: "/storagedomains/:storageDomain/storageconnections",
    async handle(request) {
      const { connection } = await request.inventory.storageDomain(param(request, "storageDomain"));
      return list("storage_connection", cutList(request, [renderStorageConnection(connection, request.links)]));
    },
  },
  {
    method: "GET",
    path: "/storagedomains/:storageDomain/storageconnections/:storageConnection",
    handle: async (request) =>
      entity("storage_connection", renderStorageConnection(await connectionOfDomain(request), request.links)),
  },
  {
    method: "POST",
    path: "/storagedomains/:storageDomain/storageconnections",
    async handle(request) {
      const { connection } = await request.inventory.storageDomain(param(request, "storageDomain"));
      const id = required(request.read("storage_connection").id, "StorageConnection", "id", "add");
      if (id.toLowerCase() !== connection.id) throw oneConnection("Cannot attach Storage Connection.");
      return entity("storage_connection", renderStorageConnection(connection, request.links), "created");
    },
  },
  {
    method: "DELETE",
    path: "/storagedomains/:storageDomain/storageconnections/:storageConnection",
    async handle(request) {
      await connectionOfDomain(request);
      throw oneConnection("Cannot detach Storage Connection.");
    },
  },
];

/** Several connections are for storage of several paths (iSCSI). */
function oneConnection(attempt: string): OperationRefused {
  return new OperationRefused("unsupported", attempt, [
    "A Storage Domain of files has exactly one connection; change that (PUT), or remove the domain.",
  ]);
}

function connectionOf({ inventory, params }: RestRequest): Promise<StorageConnection> {
  return inventory.storageConnection(param({ params }, "storageConnection"));
}

async function connectionOfDomain(request: RestRequest): Promise<StorageConnection> {
  const { connection } = await request.inventory.storageDomain(param(request, "storageDomain"));
  const id = param(request, "storageConnection").toLowerCase();
  if (connection.id !== id) throw new NotFound("storage connection", id.slice(0, 80));
  return connection;
}
