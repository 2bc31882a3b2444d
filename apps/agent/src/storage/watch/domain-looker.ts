import type { Clock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { StorageDomainId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import type { LeaseParameters } from "@yagura/storage-format";
import { AgentError } from "../../errors.ts";
import type { DomainVitals } from "../contract/domains.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError, storageErrorCodes } from "../errors.ts";
import type { StorageFiles } from "../files/storage-files.ts";

export interface LookWorld {
  readonly clock: Clock;
  readonly log: Log;
  readonly known: {
    get(domainId: StorageDomainId): Promise<StorageDomain>;
    forget(): void;
  };
  /** With a deadline that fits a look. Without them, the domain's own. */
  readonly lookFiles?: StorageFiles;
  /** Repairs what a failed look shows to be broken, a lost mount for instance; true if it is worth looking again. */
  heal?(path: string, error: unknown): Promise<boolean>;
}

/** After this time a domain counts as not answering, whatever it is that hangs. A little more than its files take. */
const DEADLINE_MS = 11_000;

interface Look {
  readonly code: number;
  readonly version: number;
  readonly ioTimeoutSeconds?: number | undefined;
  readonly delayMs: number;
  readonly atMs: number;
}

/** Reads the metadata of one domain, periodically and when asked, and remembers how that went. */
export class DomainLooker {
  readonly #world: LookWorld;
  readonly #domainId: StorageDomainId;
  readonly #tell: (isValid: boolean) => void;
  readonly #end = new AbortController();
  readonly #ended: Promise<void>;
  #last: Look | undefined;
  #domainPath: string | undefined;
  #underWay: Promise<void> | undefined;
  #healing: Promise<boolean> | undefined;

  constructor(domainId: StorageDomainId, periodMs: number, world: LookWorld, tell: (isValid: boolean) => void) {
    this.#domainId = domainId;
    this.#world = world;
    this.#tell = tell;
    this.#ended = this.#lookAgainAndAgain(periodMs);
  }

  /** Where the domain was when it was last found. */
  get domainPath(): string | undefined {
    return this.#domainPath;
  }

  vitals(): Omit<DomainVitals, "isAcquired"> | undefined {
    const last = this.#last;
    return (
      last && {
        code: last.code,
        isValid: last.code === 0,
        lastCheckSeconds: (this.#world.clock.monotonicMs() - last.atMs) / 1000,
        delaySeconds: last.delayMs / 1000,
        version: last.version,
        ...(last.ioTimeoutSeconds !== undefined && { ioTimeoutSeconds: last.ioTimeoutSeconds }),
        isActual: true,
      }
    );
  }

  /** Resolves when it is known how the domain is. One look at a time: who asks meanwhile hears of the same. */
  look(): Promise<void> {
    this.#underWay ??= this.#lookOnce().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#ended;
  }

  async #lookAgainAndAgain(periodMs: number): Promise<void> {
    const { clock } = this.#world;
    const { signal } = this.#end;
    while (!signal.aborted) {
      const nextMs = clock.monotonicMs() + periodMs;
      await this.look();
      await clock.sleep(Math.max(0, nextMs - clock.monotonicMs()), signal).catch(() => undefined);
    }
  }

  async #lookOnce(): Promise<void> {
    const { clock, known } = this.#world;
    const startMs = clock.monotonicMs();
    try {
      const { version, lease } = await this.#inTime(() => this.#read());
      const atMs = clock.monotonicMs();
      const { ioTimeoutSeconds } = lease ?? {};
      this.#note({ code: 0, version, ioTimeoutSeconds, delayMs: atMs - startMs, atMs });
    } catch (error) {
      if (this.#end.signal.aborted) return;
      // It may be elsewhere when it comes back.
      if (error instanceof StorageError && error.kind === "StorageDomainDoesNotExist") known.forget();
      const code = error instanceof AgentError ? error.code : storageErrorCodes.StorageDomainAccessError;
      const atMs = clock.monotonicMs();
      const { version = -1, ioTimeoutSeconds } = this.#last ?? {};
      this.#note({ code, version, ioTimeoutSeconds, delayMs: atMs - startMs, atMs }, error);
      this.#healBehind(error);
    }
  }

  async #read(): Promise<{ readonly version: number; readonly lease?: LeaseParameters }> {
    const { known, lookFiles } = this.#world;
    const domain = await known.get(this.#domainId);
    this.#domainPath = domain.paths.domain;
    return (lookFiles === undefined ? domain : domain.withFiles(lookFiles)).readMetadata();
  }

  /** Mounting takes its time, and the next look does not wait for it. */
  #healBehind(error: unknown): void {
    const { heal } = this.#world;
    const path = this.#domainPath;
    if (heal === undefined || path === undefined || this.#healing !== undefined) return;
    this.#healing = heal(path, error);
    void this.#healing.then(async (isHealed) => {
      this.#healing = undefined;
      if (!isHealed || this.#end.signal.aborted) return;
      // Not the look that failed.
      await this.#underWay;
      await this.look();
    });
  }

  async #inTime<T>(work: () => Promise<T>): Promise<T> {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#end.signal]);
    const { promise: late, reject } = Promise.withResolvers<never>();
    void this.#world.clock.sleep(DEADLINE_MS, signal).then(
      () => reject(this.#silent()),
      (cause: unknown) => reject(cause),
    );
    try {
      return await Promise.race([work(), late]);
    } finally {
      stop.abort();
      late.catch(() => undefined);
    }
  }

  #silent(): StorageError {
    const message = `storage domain ${this.#domainId} does not answer for ${DEADLINE_MS / 1000} s`;
    return new StorageError("StorageDomainAccessError", message);
  }

  #note(look: Look, error?: unknown): void {
    const before = this.#last;
    this.#last = look;
    const isValid = look.code === 0;
    if (before !== undefined && (before.code === 0) === isValid) return;
    const domainId = this.#domainId;
    if (!isValid) this.#world.log.warn("a storage domain cannot be read", { domainId, error: describeError(error) });
    else if (before !== undefined) this.#world.log.info("a storage domain can be read again", { domainId });
    this.#tell(isValid);
  }
}
