import { oneLine } from "@yagura/std/one-line.ts";
import { formatDuration } from "@yagura/std/units.ts";
import type { CliWorld } from "../world.ts";

/**
 * Tells on standard error how far something is: on a terminal in one line that is written again, elsewhere one line
 * for each change.
 */
export class Progress {
  readonly #world: CliWorld;
  readonly #startedMs: number;
  #last = "";
  #isOpen = false;

  constructor(world: CliWorld) {
    this.#world = world;
    this.#startedMs = world.clock.monotonicMs();
  }

  say(state: string): void {
    const text = oneLine(state);
    const elapsed = formatDuration(this.#world.clock.monotonicMs() - this.#startedMs);
    if (this.#world.canRewriteLines) {
      this.#world.stderr(`\r\u001b[2K${text} (${elapsed})`);
      this.#isOpen = true;
    } else if (text !== this.#last) {
      this.#world.stderr(`${text} (${elapsed})\n`);
    }
    this.#last = text;
  }

  /** Leaves the last line standing. */
  end(): void {
    if (this.#isOpen) this.#world.stderr("\n");
    this.#isOpen = false;
  }
}
