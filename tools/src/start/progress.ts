import { formatDuration } from "@yagura/std/units.ts";

/** Tells on standard error what is under way and how long each step took. */
export class Progress {
  readonly #begin = performance.now();
  readonly #phases: { name: string; seconds: number }[] = [];

  /** Runs one step, announced before and timed after. */
  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    this.say(`${name} …`);
    const result = await work();
    const durationMs = performance.now() - start;
    this.#phases.push({ name, seconds: Math.round(durationMs / 100) / 10 });
    if (durationMs > 500) this.say(`${name}: ${formatDuration(durationMs)}`);
    return result;
  }

  say(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  get phases(): readonly { readonly name: string; readonly seconds: number }[] {
    return this.#phases;
  }

  get totalMs(): number {
    return performance.now() - this.#begin;
  }
}
