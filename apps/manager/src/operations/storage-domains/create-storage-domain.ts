import { newId, type StorageDomainId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { findStorageDomainByName, getStorageDomain, listStorageDomains } from "../../db/queries/storage-domains.ts";
import { refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import type { NewStorageDomain, StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import { systemObject } from "../../domain/user/user.ts";
import { createStorageDomain as definition, recordDomain } from "../../sagas/create-storage-domain.ts";
import { type Started, startSaga } from "../started.ts";
import { userOf } from "../subjects.ts";
import { placeProblems, planConnection } from "./plan-connection.ts";
import { chooseHostForStorage } from "./storage-host.ts";

const attempt = "Cannot add Storage.";
const formatVersion = 5;

/** Makes an empty storage domain on a directory, through one host; it belongs to no data center yet. */
export async function createStorageDomain(
  context: OpContext,
  asked: Omit<NewStorageDomain, "id"> & { readonly id?: StorageDomainId },
): Promise<Started & { readonly domain: StorageDomain }> {
  await context.authorize("create_storage_domain", systemObject);
  const { db, clock } = context;
  refuseIf(attempt, nameProblems("storage domain", asked.name, 50), "invalid");
  const host = await chooseHostForStorage(db, attempt, asked);
  const connection = await planConnection(db, attempt, { ...asked, hostId: host.id });
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
      const all = await listStorageDomains(tx);
      const isKnown = all.some(({ id }) => id === domain.id);
      refuseIf(attempt, isKnown ? ["The Storage Domain ID is already in use."] : placeProblems(connection, all));
      await recordDomain(tx, params);
    },
  });
  return { ...started, domain: await getStorageDomain(db, domain.id) };
}
