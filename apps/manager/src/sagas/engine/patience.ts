/** It was waited for as long as was reasonable, and it has not become possible. */
export class WaitedInVain extends Error {
  override readonly name = "WaitedInVain";

  constructor(cause: unknown) {
    super(`it has not become possible within ${Math.round((patienceOf(cause) ?? 0) / 60_000)} minutes`, { cause });
  }
}

/** Tries that lie further apart had work between them that went on. */
const GAP_MS_MAX = 60_000;

/**
 * For how long one step meets with the same kind of waiting. A transient error with `patienceMs` is waited for so long and no
 * longer; hours of work between two such errors do not count.
 */
export class Patience {
  readonly #bound: "bounded" | "for ever";
  #sinceMs: number | undefined;
  #lastMs = 0;

  constructor(bound: "bounded" | "for ever") {
    this.#bound = bound;
  }

  isAtEnd(error: unknown, nowMs: number): boolean {
    const patienceMs = patienceOf(error);
    if (patienceMs === undefined || this.#bound === "for ever") return false;
    if (this.#sinceMs === undefined || nowMs - this.#lastMs > GAP_MS_MAX) this.#sinceMs = nowMs;
    this.#lastMs = nowMs;
    return nowMs - this.#sinceMs >= patienceMs;
  }
}

function patienceOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  return "patienceMs" in error && typeof error.patienceMs === "number" ? error.patienceMs : patienceOf(error.cause);
}
