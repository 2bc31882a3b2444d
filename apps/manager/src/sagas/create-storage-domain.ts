import { describeError } from "@yagura/std/describe-error.ts";
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
import type { EventSubject } from "../events/record.ts";
import { ensureDomainOnStorage, ensureNoDomainOnStorage, readDomainSpace } from "../hosts/host-domains.ts";
import { CannotConnectStorage } from "../hosts/host-storage-servers.ts";
import { announceEnd } from "./announce-end.ts";
import type { SagaDeps } from "./deps.ts";
import { saga } from "./engine/saga.ts";
import { leaveStorage, talkToStorage } from "./talk-to-storage.ts";

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

function placeOf({ domain, hostId }: CreateStorageDomain) {
  return { connection: domain.connection, hostId };
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
      run: async (input) => void (await talkToStorage(input, placeOf(input.params))),
      undo: (input) => leaveStorage(input, placeOf(input.params)),
    },
    "create the domain": {
      run: async (input) =>
        ensureDomainOnStorage(await talkToStorage(input, placeOf(input.params)), input.params.domain),
      async undo(input) {
        try {
          await ensureNoDomainOnStorage(await talkToStorage(input, placeOf(input.params)), input.params.domain.id);
        } catch (error) {
          // The storage went away in the middle. What may be on it is an empty domain, which whoever brings it back sees.
          if (!(error instanceof CannotConnectStorage)) throw error;
          input.log.warn("storage cannot be cleaned up: it is away", { error: describeError(error) });
        }
      },
    },
    "mark the domain as unattached": {
      async run(input) {
        const { domain } = input.params;
        const space = await readDomainSpace(await talkToStorage(input, placeOf(input.params)), domain.id);
        await transaction(input.deps.db, async (tx) => {
          if ((await findStorageDomain(tx, domain.id))?.status !== "locked") return;
          await updateStorageDomain(tx, domain.id, { status: "unattached", ...space });
        });
      },
    },
  },
  (tx, end) =>
    announceEnd(tx, end, {
      succeeded: "storageDomainAdded",
      failed: "storageDomainAdditionFailed",
      storageDomain: { id: end.params.domain.id, name: end.params.domain.name },
    }),
);
