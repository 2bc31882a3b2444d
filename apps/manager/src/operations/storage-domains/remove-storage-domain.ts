import type { HostId, StorageDomainId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { getHost, listHosts } from "../../db/queries/hosts.ts";
import { getStorageDomain, updateStorageDomain } from "../../db/queries/storage-domains.ts";
import { OperationRefused, refuseIf } from "../../domain/errors.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import { removeStorageDomain as definition } from "../../sagas/remove-storage-domain.ts";
import { type Started, startSaga } from "../started.ts";
import { userOf } from "../subjects.ts";

const attempt = "Cannot remove Storage.";

export interface StorageDomainRemoval {
  readonly domainId: StorageDomainId;
  /** Wipes the domain off its storage; else it is only forgotten. */
  readonly formats: boolean;
  readonly hostId?: HostId;
}

export async function removeStorageDomain(
  context: OpContext,
  { domainId, formats, hostId }: StorageDomainRemoval,
): Promise<Started> {
  await context.authorize("delete_storage_domain", { type: "storage_domain", id: domainId });
  const domain = await getStorageDomain(context.db, domainId);
  const host = await chooseHost(context, domain, hostId);
  return startSaga(
    context,
    attempt,
    definition,
    { domain, hostId: host, formats, ...userOf(context) },
    {
      description: `Removing storage domain ${domain.name}`,
      locks: [`storage-domain:${domainId}`],
      async prepare(tx) {
        const { status } = await getStorageDomain(tx, domainId);
        const is = status.replaceAll("_", " ");
        refuseIf(
          attempt,
          status === "unattached" ? [] : [`The Storage Domain must be detached from its Data Center; it is ${is}.`],
        );
        await updateStorageDomain(tx, domainId, { status: "locked" });
      },
    },
  );
}

async function chooseHost({ db }: OpContext, domain: StorageDomain, asked: HostId | undefined): Promise<HostId> {
  const wanted = domain.connection.hostId ?? asked;
  if (wanted !== undefined) return (await getHost(db, wanted)).id;
  const up = (await listHosts(db)).find((host) => host.status === "up");
  if (up === undefined) throw new OperationRefused("conflict", attempt, ["No Host is up to do it."]);
  return up.id;
}
