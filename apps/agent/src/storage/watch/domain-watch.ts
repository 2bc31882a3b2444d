import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { DomainVitals } from "../contract/domains.ts";
import { DomainLooker, type LookWorld } from "./domain-looker.ts";

interface WatchWorld extends LookWorld {
  /** The domains that somebody wants to know about now. */
  listDomains(): readonly StorageDomainId[];
  /** Whether this host has its host id there. */
  isAcquired?(domainId: StorageDomainId): boolean;
}

export type DomainListener = (domainId: StorageDomainId, isValid: boolean) => void;

/** How soon a domain that somebody begins to want is looked at, if nobody says so. */
const PERIOD_MS = 10_000;

/** Looks at each domain by itself, every ten seconds: one that hangs keeps nobody from the others. */
export class DomainWatch {
  readonly #lookers = new Map<StorageDomainId, DomainLooker>();
  readonly #listeners = new Set<DomainListener>();
  readonly #world: WatchWorld;
  #isEnded = false;

  constructor(world: WatchWorld) {
    this.#world = world;
  }

  /** Looks again and again until aborted; never rejects. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#follow();
      await this.#world.clock.sleep(PERIOD_MS, signal).catch(() => undefined);
    }
    this.#isEnded = true;
    const lookers = [...this.#lookers.values()];
    this.#lookers.clear();
    await Promise.all(lookers.map((looker) => looker.stop()));
  }

  /** Looks at all domains, side by side, once; resolves when each has answered or has had its time. */
  async look(): Promise<void> {
    this.#follow();
    await Promise.all([...this.#lookers.values()].map((looker) => looker.look()));
  }

  /** Tells when a domain can be used, or not any more: at the first look, and whenever that changes. */
  onChange(listener: DomainListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** From memory: what the last looks said. */
  vitals(): Map<StorageDomainId, DomainVitals> {
    const { listDomains, isAcquired = () => true } = this.#world;
    return new Map(
      listDomains().map((domainId) => {
        const vitals = this.#lookers.get(domainId)?.vitals() ?? neverLooked;
        return [domainId, { ...vitals, isAcquired: isAcquired(domainId) }];
      }),
    );
  }

  /** Whether a domain that is watched was last seen below this path. */
  isBelow(path: string): boolean {
    const wanted = new Set(this.#world.listDomains());
    return [...this.#lookers].some(
      ([domainId, looker]) => wanted.has(domainId) && looker.domainPath?.startsWith(`${path}/`) === true,
    );
  }

  #follow(): void {
    if (this.#isEnded) return;
    const wanted = new Set(this.#world.listDomains());
    for (const [domainId, looker] of this.#lookers) {
      if (wanted.has(domainId)) continue;
      this.#lookers.delete(domainId);
      void looker.stop();
    }
    for (const domainId of wanted) {
      if (this.#lookers.has(domainId)) continue;
      const tell = (isValid: boolean): void => {
        for (const listener of this.#listeners) listener(domainId, isValid);
      };
      this.#lookers.set(domainId, new DomainLooker(domainId, PERIOD_MS, this.#world, tell));
    }
  }
}

const neverLooked: Omit<DomainVitals, "isAcquired"> = {
  code: 0,
  isValid: false,
  lastCheckSeconds: 0,
  delaySeconds: 0,
  version: -1,
  isActual: false,
};
