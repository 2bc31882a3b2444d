import type { Clock } from "@yagura/std/clock.ts";
import type { DataCenterId, HostId, StorageDomainId } from "@yagura/std/ids.ts";
import type { SeenDomain } from "../../hosts/read-host-statistics.ts";
import { explainStorageCode } from "../../hosts/storage-faults.ts";
import type { Sight } from "../../spm/decide-domains.ts";

/** What a host said longer ago says nothing of now. */
const FRESH_MS = 20_000;
/** Somebody asks here every few seconds. A longer gap is one in which the Manager itself stood still: nobody was silent then. */
const GAP_MS_MAX = 10_000;

interface HostSights {
  readonly atMs: number;
  readonly seen: ReadonlyMap<string, SeenDomain>;
  /** Since when each domain is seen, or missed, as it is now. */
  readonly sinceMs: ReadonlyMap<string, number>;
}

/** How each host sees its storage domains, in memory: what was measured is lost with the Manager, and measured again. */
export class DomainSights {
  readonly #clock: Clock;
  readonly #sights = new Map<HostId, HostSights>();
  readonly #blind = new Map<HostId, readonly string[]>();
  readonly #untoldSinceMs = new Map<DataCenterId, ReadonlyMap<StorageDomainId, number>>();
  #askedAtMs: number | undefined;
  #awakeMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The host has said it just now. */
  record(hostId: HostId, seen: ReadonlyMap<string, SeenDomain>): void {
    const nowMs = this.#nowMs();
    const before = this.#sights.get(hostId);
    const wasSilent = before !== undefined && nowMs - before.atMs > FRESH_MS;
    const since = ([domainId, { isValid }]: readonly [string, SeenDomain]): readonly [string, number] => {
      // One that missed it before it fell silent has missed it since then; one that saw it may have lost it in between.
      const isSame = before?.seen.get(domainId)?.isValid === isValid && !(isValid && wasSilent);
      return [domainId, isSame ? (before.sinceMs.get(domainId) ?? nowMs) : nowMs];
    };
    this.#sights.set(hostId, { atMs: nowMs, seen, sinceMs: new Map([...seen].map(since)) });
  }

  /** By domain; `undefined`: it has not said anything for a while. */
  of(hostId: HostId): ReadonlyMap<string, Sight> | undefined {
    const sights = this.#sights.get(hostId);
    const nowMs = this.#nowMs();
    if (sights === undefined || nowMs - sights.atMs > FRESH_MS) return undefined;
    return new Map(
      [...sights.seen].map(([domainId, { isValid, isAcquired, code }]) => {
        const trouble = explainStorageCode(code);
        const forMs = nowMs - (sights.sinceMs.get(domainId) ?? nowMs);
        return [domainId, { isValid, isAcquired, forMs, ...(trouble !== undefined && { trouble }) }];
      }),
    );
  }

  /** For how long no host of a data center has told of these domains of it, of which none tells now. All others are told of. */
  untoldForMs(
    dataCenterId: DataCenterId,
    domains: readonly { readonly id: StorageDomainId }[],
  ): ReadonlyMap<StorageDomainId, number> {
    const nowMs = this.#nowMs();
    const before = this.#untoldSinceMs.get(dataCenterId);
    const since = new Map(domains.map(({ id }) => [id, before?.get(id) ?? nowMs]));
    this.#untoldSinceMs.set(dataCenterId, since);
    return new Map([...since].map(([id, sinceMs]) => [id, nowMs - sinceMs]));
  }

  /** The domains that this host alone misses, by name. */
  setBlind(hostId: HostId, domains: readonly string[]): void {
    if (domains.length === 0) this.#blind.delete(hostId);
    else this.#blind.set(hostId, domains);
  }

  blindTo(hostId: HostId): readonly string[] {
    return this.#blind.get(hostId) ?? [];
  }

  /** For how long the Manager has been awake. */
  #nowMs(): number {
    const nowMs = this.#clock.monotonicMs();
    this.#awakeMs += Math.min(nowMs - (this.#askedAtMs ?? nowMs), GAP_MS_MAX);
    this.#askedAtMs = nowMs;
    return this.#awakeMs;
  }

  forgetDataCenter(dataCenterId: DataCenterId): void {
    this.#untoldSinceMs.delete(dataCenterId);
  }

  forgetOthers(hostIds: readonly HostId[]): void {
    for (const hostId of this.#sights.keys()) if (!hostIds.includes(hostId)) this.#sights.delete(hostId);
    for (const hostId of this.#blind.keys()) if (!hostIds.includes(hostId)) this.#blind.delete(hostId);
  }
}

/** Why a host that misses these domains cannot be used, for people. */
export function blindReason(domains: readonly string[]): string {
  return `It does not reach the storage domain${domains.length > 1 ? "s" : ""} ${domains.join(", ")}, which other hosts reach.`;
}
