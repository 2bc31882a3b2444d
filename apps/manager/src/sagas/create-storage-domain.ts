import type { HostId } from "@yagura/std/ids.ts";
import type { Tx } from "../db/database.ts";
import { deleteStorageConnection, ensureStorageConnection } from "../db/queries/storage-connections.ts";
import {
  deleteStorageDomain,
  ensureStorageDomain,
  findStorageDomain,
  listStorageDomains,
  updateStorageDomain,
} from "../db/queries/storage-domains.ts";
import { transaction } from "../db/transaction.ts";
import type { StorageDomain } from "../domain/storage-domain/storage-domain.ts";
import { announce } from "../events/announce.ts";
import type { EventSubject } from "../events/record.ts";
import { ensureDomainOnStorage, ensureNoDomainOnStorage, readDomainSpace } from "../hosts/host-domains.ts";
import { disconnectStorageServer, ensureStorageServer } from "../hosts/host-storage-servers.ts";
import type { SagaDeps } from "./deps.ts";
import { saga } from "./engine/saga.ts";
import { talkTo } from "./talk.ts";

export interface CreateStorageDomain {
  readonly domain: StorageDomain;
  /** The host that makes it. */
  readonly hostId: HostId;
  readonly user?: EventSubject;
}

/** Records the domain, with its connection, as locked. */
export async function recordDomain(tx: Tx, { domain }: Pick<CreateStorageDomain, "domain">): Promise<void> {
  await ensureStorageConnection(tx, domain.connection);
  await ensureStorageDomain(tx, domain);
}

/** Makes a new, empty storage domain that belongs to no data center yet. */
export const createStorageDomain = saga<CreateStorageDomain, SagaDeps>(
  "create-storage-domain",
  {
    "record the domain as locked": {
      run: ({ params, deps }) => transaction(deps.db, (tx) => recordDomain(tx, params)),
      undo: ({ params: { domain }, deps }) =>
        transaction(deps.db, async (tx) => {
          await deleteStorageDomain(tx, domain.id);
          const users = (await listStorageDomains(tx)).filter((each) => each.connection.id === domain.connection.id);
          if (users.length === 0) await deleteStorageConnection(tx, domain.connection.id);
        }),
    },
    "connect the storage": {
      run: (input) =>
        ensureStorageServer(talkTo(input, input.params.hostId), input.params.domain.connection, undefined),
      undo: (input) =>
        disconnectStorageServer(talkTo(input, input.params.hostId), input.params.domain.connection, undefined),
    },
    "create the domain": {
      run: (input) => ensureDomainOnStorage(talkTo(input, input.params.hostId), input.params.domain),
      undo: (input) => ensureNoDomainOnStorage(talkTo(input, input.params.hostId), input.params.domain.id),
    },
    "mark the domain as unattached": {
      async run(input) {
        const { domain, hostId } = input.params;
        const space = await readDomainSpace(talkTo(input, hostId), domain.id);
        await transaction(input.deps.db, async (tx) => {
          if ((await findStorageDomain(tx, domain.id))?.status !== "locked") return;
          await updateStorageDomain(tx, domain.id, { status: "unattached", ...space });
        });
      },
    },
  },
  async (tx, { params: { domain, user }, deps, correlationId, outcome }) => {
    const about = {
      correlationId,
      ...(user !== undefined && { user }),
      storageDomain: { id: domain.id, name: domain.name },
    };
    await announce(
      tx,
      deps.clock,
      outcome.outcome === "succeeded"
        ? { name: "storageDomainAdded", ...about }
        : { name: "storageDomainAdditionFailed", ...about, details: { reason: outcome.error } },
    );
  },
);
