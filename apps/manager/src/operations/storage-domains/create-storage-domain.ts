import { newId, type StorageDomainId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getHost } from "../../db/queries/hosts.ts";
import { getStorageConnection, listStorageConnections } from "../../db/queries/storage-connections.ts";
import { findStorageDomainByName, getStorageDomain, listStorageDomains } from "../../db/queries/storage-domains.ts";
import { refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import type { NewStorageDomain, StorageConnection, StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import { systemObject } from "../../domain/user/user.ts";
import { createStorageDomain as definition, recordDomain } from "../../sagas/create-storage-domain.ts";
import { type Started, startSaga } from "../started.ts";
import { userOf } from "../subjects.ts";

const attempt = "Cannot add Storage.";
const formatVersion = 5;

/** Makes an empty storage domain on a directory, through one host; it belongs to no data center yet. */
export async function createStorageDomain(
  context: OpContext,
  asked: Omit<NewStorageDomain, "id"> & { readonly id?: StorageDomainId },
): Promise<Started & { readonly domain: StorageDomain }> {
  await context.authorize("create_storage_domain", systemObject);
  const { db, clock } = context;
  const host = await getHost(db, asked.hostId);
  const connection = await connectionOf(context, asked);
  refuseIf(attempt, [...nameProblems("storage domain", asked.name, 50), ...connectionProblems(connection)], "invalid");
  if (asked.type !== "localfs")
    refuseIf(attempt, ["Only storage of the type localfs can be added yet."], "unsupported");
  refuseIf(attempt, host.status === "up" ? [] : [`Host ${host.name} is not up.`]);
  const domain: StorageDomain = {
    id: asked.id ?? newId(),
    name: asked.name,
    description: asked.description ?? "",
    comment: asked.comment ?? "",
    purpose: "data",
    type: asked.type,
    formatVersion,
    status: "locked",
    isMaster: false,
    connection,
    committedBytes: 0,
    wipeAfterDelete: asked.wipeAfterDelete ?? false,
    createdAtMs: clock.nowMs(),
  };
  const params = { domain, hostId: host.id, ...userOf(context) };
  const started = await startSaga(context, attempt, definition, params, {
    description: `Adding storage domain ${domain.name}`,
    locks: [`storage-domain:${domain.id}`],
    async prepare(tx) {
      const taken = await findStorageDomainByName(tx, domain.name);
      refuseIf(attempt, taken === undefined ? [] : ["The Storage Domain name is already in use."]);
      const others = await listStorageDomains(tx);
      const sameplace = others.find(
        (other) => other.connection.path === connection.path && other.connection.hostId === connection.hostId,
      );
      refuseIf(attempt, sameplace === undefined ? [] : [`The storage has the domain ${sameplace.name} already.`]);
      await recordDomain(tx, params);
    },
  });
  return { ...started, domain: await getStorageDomain(db, domain.id) };
}

async function connectionOf(context: OpContext, asked: Omit<NewStorageDomain, "id">): Promise<StorageConnection> {
  if ("id" in asked.connection) return getStorageConnection(context.db, asked.connection.id);
  const { address = "", path } = asked.connection;
  const wanted = { type: asked.type, address, path: path.replace(/(.)\/+$/, "$1") };
  const same = (await listStorageConnections(context.db)).find(
    (each) =>
      each.type === wanted.type &&
      each.address === wanted.address &&
      each.path === wanted.path &&
      (wanted.type !== "localfs" || each.hostId === asked.hostId),
  );
  return same ?? { id: newId(), ...wanted, ...(asked.type === "localfs" && { hostId: asked.hostId }) };
}

function connectionProblems({ path }: StorageConnection): string[] {
  const isPlain = /^\/[^\0\n]*$/.test(path) && !path.split("/").includes("..") && path.length <= 1024;
  return isPlain && path !== "/" ? [] : ["The path of the storage must be an absolute path of a directory."];
}
