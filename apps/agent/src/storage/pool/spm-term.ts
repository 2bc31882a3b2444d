import type { PoolId } from "../contract/spm-order.ts";
import { StorageError } from "../errors.ts";

/**
 * One term of office: from the moment this host holds the SPM's lease until it has not, for whatever reason. What the SPM
 * does to storage, it does through `guard`: no effect begins outside the term for which it was meant, and a term is not over
 * before its last effect is. docs/decisions/0007-shared-storage.md
 */
export class SpmTerm {
  readonly epoch: number;
  readonly #poolId: PoolId;
  readonly #over = new AbortController();
  readonly #idle: (() => void)[] = [];
  #underWay = 0;

  constructor(poolId: PoolId, epoch: number) {
    this.#poolId = poolId;
    this.epoch = epoch;
  }

  /** Aborted when the term is over. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** From here on nothing is let through. */
  end(because: string): void {
    const text = `${because}; what was meant for epoch ${this.epoch} of pool ${this.#poolId} is not done any more`;
    this.#over.abort(new StorageError("NotSpm", text));
  }

  /** @throws StorageError 654 when the term is over */
  check(): void {
    this.#over.signal.throwIfAborted();
  }

  /** Lets one effect through, and counts it until it has ended. @throws StorageError 654 when the term is over */
  async run<Result>(effect: () => Promise<Result>): Promise<Result> {
    this.check();
    this.#underWay += 1;
    try {
      return await effect();
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) for (const tell of this.#idle.splice(0)) tell();
    }
  }

  /**
   * The same object, each of whose calls is an effect of this term. All its methods must be asynchronous. Signals among the
   * arguments are aborted with the term, so that programs end with it.
   */
  guard<Target extends object>(target: Target): Target {
    return new Proxy(target, {
      get: (from, name) => {
        const member: unknown = Reflect.get(from, name);
        if (typeof member !== "function") return member;
        return (...args: readonly unknown[]) =>
          this.run(() =>
            Reflect.apply(
              member,
              from,
              args.map((arg) => this.#join(arg)),
            ),
          );
      },
    });
  }

  /** Resolves when no effect is under way. */
  whenIdle(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.push(resolve);
    return promise;
  }

  #join(argument: unknown): unknown {
    return argument instanceof AbortSignal ? AbortSignal.any([argument, this.signal]) : argument;
  }
}
