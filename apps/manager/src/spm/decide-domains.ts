import type { StorageDomainStatus } from "@yagura/lifecycles";
import type { HostId, StorageDomainId } from "@yagura/std/ids.ts";

/** What the hosts of one data center see of its storage domains. */
export interface DomainsView {
  readonly domains: readonly {
    readonly id: StorageDomainId;
    readonly name: string;
    readonly status: StorageDomainStatus;
  }[];
  readonly hosts: readonly HostSightView[];
  /** The host that works on the structure of the storage, if there is one: where it does not reach a domain, no work can be begun. */
  readonly spmId?: HostId;
  /** For how long no host has told of a domain, neither well nor ill; those that one tells of are not in it. */
  readonly untoldForMs: ReadonlyMap<StorageDomainId, number>;
  /** A host must miss a domain that others see for so long before that counts against the host. */
  readonly graceMs: number;
}

export interface HostSightView {
  readonly id: HostId;
  readonly name: string;
  /** What it said last, if that is fresh; `undefined`: it tells nothing at the moment. */
  readonly sights?: ReadonlyMap<string, Sight>;
}

export interface Sight {
  readonly isValid: boolean;
  /** Whether the host can hold leases there. */
  readonly isAcquired: boolean;
  /** For how long it has been valid, or not valid, as it is now. */
  readonly forMs: number;
  /** What the host says is wrong with it, for people: "the storage is full". */
  readonly trouble?: string;
}

export interface DomainsDecision {
  readonly domains: readonly DomainChange[];
  /** Hosts that alone miss what others see, and what: they cannot be used until they see it again. */
  readonly blind: ReadonlyMap<HostId, readonly string[]>;
}

export interface DomainChange {
  readonly id: StorageDomainId;
  readonly event: "seen-valid" | "seen-invalid" | "lost";
  readonly because: string;
}

/** One bad look of a host that is busy, or has yet to mount what was just attached, is no loss; what lasts so long is one. */
const CONFIRMED_MS = 10_000;
/** Hosts that were just asked for the first time, whose connections have just ended, or that have yet to connect it. */
const UNTOLD_MS = 20_000;

/** Others are the business of whoever is at them. */
const watched: readonly StorageDomainStatus[] = ["active", "inactive", "unknown"];

export function isWatched({ status }: { readonly status: StorageDomainStatus }): boolean {
  return watched.includes(status);
}

/**
 * Which domains can be used, and which hosts cannot. Pure. A domain that all hosts miss is lost itself, and they are well; a
 * host that misses what another one sees is not. Each domain is judged by itself.
 */
export function decideDomains(view: DomainsView): DomainsDecision {
  const changes: DomainChange[] = [];
  const blind = new Map<HostId, string[]>();
  for (const domain of view.domains.filter(isWatched)) {
    const tellers = view.hosts.filter(({ sights }) => sights?.has(domain.id) === true);
    const seeing = tellers.filter((host) => isSeen(host, domain.id));
    if (seeing.length > 0) {
      if (domain.status !== "active" && reachesSpm(view, domain.id))
        changes.push(change(domain.id, "seen-valid", seeing));
      // Whoever missed it while all did has the grace too, from when the first one saw it again.
      const othersForMs = Math.max(...seeing.map((host) => seenForMs(host, domain.id)));
      for (const host of tellers) {
        if (!seeing.includes(host) && Math.min(missedForMs(host, domain.id), othersForMs) >= view.graceMs)
          blind.set(host.id, [...(blind.get(host.id) ?? []), domain.name]);
      }
    } else if (tellers.length > 0) {
      if (domain.status !== "inactive" && isLost(view, domain.id, tellers))
        changes.push(change(domain.id, "seen-invalid", tellers));
    } else if ((view.untoldForMs.get(domain.id) ?? 0) >= Math.min(UNTOLD_MS, view.graceMs)) {
      const untold = changeOfUntold(view);
      if (domain.status !== untold.status) changes.push({ id: domain.id, ...untold.change });
    }
  }
  return { domains: changes, blind };
}

function isSeen({ sights }: HostSightView, domainId: StorageDomainId): boolean {
  return sights?.get(domainId)?.isValid === true;
}

function missedForMs({ sights }: HostSightView, domainId: StorageDomainId): number {
  const sight = sights?.get(domainId);
  return sight?.isValid === false ? sight.forMs : 0;
}

function seenForMs({ sights }: HostSightView, domainId: StorageDomainId): number {
  const sight = sights?.get(domainId);
  return sight?.isValid === true ? sight.forMs : 0;
}

/** An agent that was killed with its lease starts anew, and knows nothing of storage that it cannot connect. */
function changeOfUntold({ hosts }: DomainsView) {
  return hosts.some(({ sights }) => sights !== undefined)
    ? ({ status: "inactive", change: { event: "seen-invalid", because: "No host could connect it." } } as const)
    : ({ status: "unknown", change: { event: "lost", because: "No host that could tell can be reached." } } as const);
}

/** Work on the domain is the SPM's: until that host has it again, whatever is begun there is refused. */
function reachesSpm({ hosts, spmId }: DomainsView, domainId: StorageDomainId): boolean {
  const spm = hosts.find(({ id }) => id === spmId);
  return spm === undefined || isSeen(spm, domainId);
}

/** Whether none sees it for long enough. A host that tells of others, and not of this one yet, may see it: it is waited for. */
function isLost(
  { hosts, graceMs }: DomainsView,
  domainId: StorageDomainId,
  tellers: readonly HostSightView[],
): boolean {
  const doAllTell = hosts.every((host) => (host.sights?.size ?? 0) === 0 || tellers.includes(host));
  const neededMs = doAllTell ? Math.min(CONFIRMED_MS, graceMs) : graceMs;
  return tellers.every((host) => missedForMs(host, domainId) >= neededMs);
}

const sightWords = {
  "seen-valid": { one: ["Host", "reads it"], several: ["Hosts", "read it"] },
  "seen-invalid": { one: ["Host", "cannot read it"], several: ["None of the hosts", "can read it"] },
} as const;

function change(id: StorageDomainId, event: keyof typeof sightWords, hosts: readonly HostSightView[]): DomainChange {
  const names = hosts.map(({ name }) => name);
  const more = names.length > 3 ? `, and ${names.length - 3} others` : "";
  const { one, several } = sightWords[event];
  const [who, does] = names.length === 1 ? one : several;
  const troubles = new Set(hosts.flatMap(({ sights }) => sights?.get(id)?.trouble ?? []));
  const why = troubles.size === 0 ? "" : `: ${[...troubles].join("; ")}`;
  const said = `${who} ${names.slice(0, 3).join(", ")}${more} ${does}${why}`;
  return { id, event, because: said.endsWith("?") ? said : `${said}.` };
}
