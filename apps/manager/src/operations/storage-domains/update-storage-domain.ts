import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import {
  findStorageDomainByName,
  getStorageDomain,
  updateStorageDomain as writeStorageDomain,
} from "../../db/queries/storage-domains.ts";
import { transaction } from "../../db/transaction.ts";
import { refuseIf } from "../../domain/errors.ts";
import { nameProblems } from "../../domain/names.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import { announce } from "../../events/announce.ts";
import { byActor, subject } from "../subjects.ts";

const attempt = "Cannot edit Storage.";

export interface StorageDomainUpdate {
  readonly domainId: StorageDomainId;
  readonly name?: string;
  readonly description?: string;
  readonly comment?: string;
  readonly wipeAfterDelete?: boolean;
}

export async function updateStorageDomain(
  context: OpContext,
  { domainId, ...changes }: StorageDomainUpdate,
): Promise<StorageDomain> {
  await context.authorize("edit_storage_domain_configuration", { type: "storage_domain", id: domainId });
  if (changes.name !== undefined) refuseIf(attempt, nameProblems("storage domain", changes.name, 50), "invalid");
  return transaction(context.db, async (tx) => {
    const domain = await getStorageDomain(tx, domainId);
    const namesake = changes.name === undefined ? undefined : await findStorageDomainByName(tx, changes.name);
    if (namesake !== undefined && namesake.id !== domainId) {
      refuseIf(attempt, ["The Storage Domain name is already in use."]);
    }
    await writeStorageDomain(tx, domainId, changes);
    await announce(tx, context.clock, {
      name: "storageDomainUpdated",
      ...byActor(context),
      storageDomain: subject(domain),
    });
    return getStorageDomain(tx, domainId);
  });
}
