import type { Clock } from "@yagura/std/clock.ts";
import { withDeadline } from "@yagura/std/deadline.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import { AgentError } from "../errors.ts";
import type { KnownDomains } from "./domains/known-domains.ts";
import { StorageError, storageErrorCodes } from "./errors.ts";
import type { DomainVitals } from "./storage.ts";

const PERIOD_MS = 10_000;
/** A domain that does not answer for so long is as good as gone; the Manager decides what follows. */
const DEADLINE_MS = 30_000;

interface Look {
  readonly code: number;
  readonly version: number;
  readonly delayMs: number;
  readonly atMs: number;
}

interface WatchWorld {
  readonly clock: Clock;
  readonly known: KnownDomains;
  readonly log: Log;
  /** The domains that somebody wants to know about now. */
  listDomains(): readonly StorageDomainId[];
}

/** Reads the metadata of each domain every ten seconds, and remembers how that went. */
export class DomainWatch {
  readonly #looks = new Map<StorageDomainId, Look>();
  readonly #world: WatchWorld;

  constructor(world: WatchWorld) {
    this.#world = world;
  }

  /** Looks again and again until aborted; never rejects. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look();
      await this.#world.clock.sleep(PERIOD_MS, signal).catch(() => undefined);
    }
  }

  /** Looks at all domains, side by side, once. */
  async look(): Promise<void> {
    const domainIds = this.#world.listDomains();
    for (const known of this.#looks.keys()) if (!domainIds.includes(known)) this.#looks.delete(known);
    await Promise.all(domainIds.map((domainId) => this.#lookAt(domainId)));
  }

  vitals(): Map<StorageDomainId, DomainVitals> {
    const nowMs = this.#world.clock.monotonicMs();
    return new Map(
      this.#world.listDomains().map((domainId) => {
        const look = this.#looks.get(domainId);
        if (look === undefined) return [domainId, neverLooked];
        return [
          domainId,
          {
            code: look.code,
            isValid: look.code === 0,
            lastCheckSeconds: (nowMs - look.atMs) / 1000,
            delaySeconds: look.delayMs / 1000,
            version: look.version,
            isAcquired: true,
            isActual: true,
          },
        ];
      }),
    );
  }

  async #lookAt(domainId: StorageDomainId): Promise<void> {
    const { clock, known, log } = this.#world;
    const startMs = clock.monotonicMs();
    const before = this.#looks.get(domainId);
    const note = (code: number, version: number): void => {
      const atMs = clock.monotonicMs();
      this.#looks.set(domainId, { code, version, delayMs: atMs - startMs, atMs });
    };
    try {
      const { version } = await withDeadline(`reading domain ${domainId}`, DEADLINE_MS, async () =>
        (await known.get(domainId)).readMetadata(),
      );
      note(0, version);
      if (before !== undefined && before.code !== 0) log.info("a storage domain can be read again", { domainId });
    } catch (error) {
      // It may be elsewhere when it comes back.
      if (error instanceof StorageError && error.kind === "StorageDomainDoesNotExist") known.forget();
      note(
        error instanceof AgentError ? error.code : storageErrorCodes.StorageDomainAccessError,
        before?.version ?? -1,
      );
      if (before?.code === 0) log.warn("a storage domain cannot be read", { domainId, error: describeError(error) });
    }
  }
}

const neverLooked: DomainVitals = {
  code: 0,
  isValid: false,
  lastCheckSeconds: 0,
  delaySeconds: 0,
  version: -1,
  isAcquired: false,
  isActual: false,
};
