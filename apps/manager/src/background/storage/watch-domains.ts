import { hostLifecycle, storageDomainLifecycle } from "@yagura/lifecycles";
import { withDeadline } from "@yagura/std/deadline.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { HostId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import { findHost } from "../../db/queries/hosts.ts";
import { findStorageDomain, updateStorageDomain } from "../../db/queries/storage-domains.ts";
import { transaction } from "../../db/transaction.ts";
import type { StorageDomain } from "../../domain/storage-domain/storage-domain.ts";
import { announce } from "../../events/announce.ts";
import { readDomainSpace } from "../../hosts/host-domains.ts";
import { becomeHost } from "../../operations/hosts/become-host.ts";
import { type DomainChange, decideDomains, isWatched } from "../../spm/decide-domains.ts";
import type { PoolRecords } from "../spm/look-at-pool.ts";
import { blindReason, type DomainSights } from "./domain-sights.ts";

/** Makes the domains' statuses, and those of hosts that alone miss one, what the hosts see. Each is judged by itself. */
export async function watchDomains(
  context: OpContext,
  { sights, graceMs }: { readonly sights: DomainSights; readonly graceMs: number },
  { dataCenter: { id: dataCenterId, spmHostId }, domains, hosts }: PoolRecords,
): Promise<void> {
  const telling = hosts.filter(
    ({ id, status }) => (status === "up" || status === "non_operational") && context.hosts.linkOf(id)?.isOpen === true,
  );
  const views = telling.map(({ id, name }) => {
    const seen = sights.of(id);
    return { id, name, ...(seen !== undefined && { sights: seen }) };
  });
  const decision = decideDomains({
    domains,
    hosts: views,
    untoldForMs: sights.untoldForMs(
      dataCenterId,
      domains.filter((domain) => isWatched(domain) && !views.some((view) => view.sights?.has(domain.id) === true)),
    ),
    graceMs,
    ...(spmHostId !== undefined && { spmId: spmHostId }),
  });
  for (const change of decision.domains) await becomeDomain(context, change);
  for (const host of hosts) {
    const blind = decision.blind.get(host.id) ?? [];
    sights.setBlind(host.id, blind);
    if (blind.length > 0 && host.status === "up") await becomeBlind(context, host.id, blind);
  }
}

async function becomeDomain({ db, clock, sagas }: OpContext, { id, event, because }: DomainChange): Promise<void> {
  await transaction(db, async (tx) => {
    const now = await findStorageDomain(tx, id);
    if (now === undefined || !storageDomainLifecycle.canHappen(now.status, event)) return;
    const status = storageDomainLifecycle.nextStatus(now.status, event);
    if (status === now.status) return;
    await updateStorageDomain(tx, id, { status });
    const about = { storageDomain: { id, name: now.name }, details: { reason: because } };
    if (event === "seen-valid") await announce(tx, clock, { name: "storageDomainBack", ...about });
    else if (now.status === "active") await announce(tx, clock, { name: "storageDomainLost", ...about });
  });
  // What could not be undone on it can be now.
  if (event === "seen-valid") sagas.hurryStuck();
}

/** Its guests are left alone: those whose disks are elsewhere are well, the others wait for their storage. */
async function becomeBlind({ db, clock }: OpContext, hostId: HostId, domains: readonly string[]): Promise<void> {
  await transaction(db, async (tx) => {
    const now = await findHost(tx, hostId);
    if (now?.status !== "up" || !hostLifecycle.canHappen(now.status, "unfit")) return;
    const reason = blindReason(domains);
    await becomeHost(tx, hostId, "unfit", { reason });
    await announce(tx, clock, {
      name: "hostLostStorageDomain",
      host: { id: hostId, name: now.name },
      details: { reason },
    });
  });
}

const SPACE_MS_MAX = 5000;

/** How much room there is, as the SPM sees it; a domain that does not answer keeps no other one waiting. */
export async function readSpaces(
  context: OpContext,
  spmId: HostId,
  domains: readonly StorageDomain[],
  sights: DomainSights,
): Promise<void> {
  const { db, hosts, signal, log } = context;
  const seen = sights.of(spmId);
  const readable = domains.filter(({ id, status }) => status === "active" && seen?.get(id)?.isValid === true);
  await Promise.all(
    readable.map(async (domain) => {
      try {
        const read = (ends: AbortSignal) => readDomainSpace({ calls: hosts.calls(spmId), signal: ends }, domain.id);
        const space = await withDeadline(`reading the space of ${domain.name}`, SPACE_MS_MAX, read, signal);
        const isSame = space.availableBytes === domain.availableBytes && space.usedBytes === domain.usedBytes;
        if (!isSame) await transaction(db, (tx) => updateStorageDomain(tx, domain.id, space));
      } catch (error) {
        signal.throwIfAborted();
        log.info("cannot read the space of a storage domain", { domainId: domain.id, error: describeError(error) });
      }
    }),
  );
}
