import type { HostId } from "@yagura/std/ids.ts";
import { deletePermissionsOn } from "../db/queries/permissions.ts";
import { deleteStorageConnection } from "../db/queries/storage-connections.ts";
import { deleteStorageDomain, listStorageDomains, updateStorageDomain } from "../db/queries/storage-domains.ts";
import { transaction } from "../db/transaction.ts";
import type { StorageDomain } from "../domain/storage-domain/storage-domain.ts";
import { announce } from "../events/announce.ts";
import type { EventSubject } from "../events/record.ts";
import { ensureNoDomainOnStorage } from "../hosts/host-domains.ts";
import { disconnectStorageServer } from "../hosts/host-storage-servers.ts";
import type { SagaDeps } from "./deps.ts";
import { saga } from "./engine/saga.ts";
import { talkToStorage } from "./talk-to-storage.ts";

export interface RemoveStorageDomain {
  readonly domain: StorageDomain;
  readonly hostId: HostId;
  /** Without: the domain is forgotten, and stays on its storage as it is. */
  readonly formats: boolean;
  readonly user?: EventSubject;
}

/** Forgets an unattached domain and, if asked, wipes it off its storage. */
export const removeStorageDomain = saga<RemoveStorageDomain, SagaDeps>("remove-storage-domain", {
  "mark the domain as locked": {
    run: ({ params, deps }) =>
      transaction(deps.db, (tx) => updateStorageDomain(tx, params.domain.id, { status: "locked" })),
    undo: ({ params, deps }) =>
      transaction(deps.db, (tx) => updateStorageDomain(tx, params.domain.id, { status: "unattached" })),
  },
  "wipe the domain": {
    async run(input) {
      const { domain, hostId, formats } = input.params;
      if (!formats) return;
      const talk = await talkToStorage(input, { connection: domain.connection, hostId });
      await ensureNoDomainOnStorage(talk, domain.id);
      // Nothing is there any more that the host could need.
      await disconnectStorageServer(talk, domain.connection, undefined);
    },
  },
  "forget the domain": {
    run: ({ params: { domain, user }, deps, correlationId }) =>
      transaction(deps.db, async (tx) => {
        const all = await listStorageDomains(tx);
        if (!all.some((each) => each.id === domain.id)) return;
        await deletePermissionsOn(tx, { type: "storage_domain", id: domain.id });
        await deleteStorageDomain(tx, domain.id);
        const isShared = all.some((each) => each.id !== domain.id && each.connection.id === domain.connection.id);
        if (!isShared) await deleteStorageConnection(tx, domain.connection.id);
        await announce(tx, deps.clock, {
          name: "storageDomainRemoved",
          correlationId,
          ...(user !== undefined && { user }),
          storageDomain: { id: domain.id, name: domain.name },
        });
      }),
  },
});
