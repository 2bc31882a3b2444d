import type { StorageDomainId } from "@yagura/std/ids.ts";

interface Places {
  free: number;
  readonly waiting: (() => void)[];
}

/**
 * So many at once on the same domains; the others wait in order of arrival. Work on other domains does not wait for them: it may
 * be dead storage that they work on.
 */
export class WorkPlaces {
  readonly #max: number;
  readonly #byDomains = new Map<string, Places>();

  constructor(max: number) {
    this.#max = max;
  }

  /** @param on what is worked on; without any it is work on a pool as a whole */
  async run<Result>(
    on: readonly { readonly domainId: StorageDomainId }[],
    work: () => Promise<Result>,
  ): Promise<Result> {
    const domains = [...new Set(on.map(({ domainId }) => domainId))].sort().join();
    const places = this.#byDomains.get(domains) ?? { free: this.#max, waiting: [] };
    this.#byDomains.set(domains, places);
    if (places.free > 0) places.free -= 1;
    else await new Promise<void>((resolve) => places.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = places.waiting.shift();
      if (next === undefined) places.free += 1;
      else next();
      if (places.free === this.#max) this.#byDomains.delete(domains);
    }
  }
}
