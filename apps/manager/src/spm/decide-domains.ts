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
  /** A host must miss a domain for so long before that counts against the host. */
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
  /** For how long it has not been valid. */
  readonly brokenForMs: number;
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

/** Others are the business of whoever is at them. */
const watched: readonly StorageDomainStatus[] = ["active", "inactive", "unknown"];

/**
 * Which domains can be used, and which hosts cannot. Pure. A domain that all hosts miss is lost itself, and they are well; a
 * host that misses what another one sees is not. Each domain is judged by itself.
 */
export function decideDomains({ domains, hosts, graceMs }: DomainsView): DomainsDecision {
  const changes: DomainChange[] = [];
  const blind = new Map<HostId, string[]>();
  for (const domain of domains.filter(({ status }) => watched.includes(status))) {
    const tellers = hosts.filter(({ sights }) => sights?.has(domain.id) === true);
    const seeing = tellers.filter(({ sights }) => sights?.get(domain.id)?.isValid === true);
    if (seeing.length > 0) {
      if (domain.status !== "active") changes.push(change(domain.id, "seen-valid", seeing));
      for (const host of tellers) {
        const { brokenForMs = 0 } = host.sights?.get(domain.id) ?? {};
        if (!seeing.includes(host) && brokenForMs >= graceMs)
          blind.set(host.id, [...(blind.get(host.id) ?? []), domain.name]);
      }
    } else if (tellers.length > 0) {
      if (domain.status !== "inactive") changes.push(change(domain.id, "seen-invalid", tellers));
    } else if (domain.status !== "unknown" && hosts.every(({ sights }) => sights === undefined)) {
      changes.push({ id: domain.id, event: "lost", because: "No host that could tell can be reached." });
    }
  }
  return { domains: changes, blind };
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
  return { id, event, because: `${who} ${names.slice(0, 3).join(", ")}${more} ${does}.` };
}
