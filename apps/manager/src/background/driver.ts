import type { Clock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import type { OpContext } from "../context.ts";

export interface BackgroundTask<Report = unknown> {
  readonly name: string;
  readonly periodMs: number;
  /** Compares what is with what should be, and acts. Takes no hint of what changed: it must not need one. */
  activate(context: OpContext): Promise<Report>;
}

export interface TaskState {
  readonly activations: number;
  readonly isActive: boolean;
  readonly lastReport?: unknown;
  readonly lastError?: string;
}

export interface DriverOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly contextOf: (task: string, signal: AbortSignal) => OpContext;
}

/** Events come in storms; a task that is woken looks once for all of them. */
const GATHER_MS = 50;

interface Driven {
  readonly task: BackgroundTask;
  state: TaskState;
  /** Ends the pause before the next activation. */
  wake: () => void;
  isWoken: boolean;
}

/** Activates tasks by their period and when they are woken; each one at a time. Remembers the last report of each. */
export class Driver {
  readonly #options: DriverOptions;
  readonly #driven = new Map<string, Driven>();
  readonly #stop = new AbortController();
  readonly #loops: Promise<void>[] = [];

  constructor(options: DriverOptions) {
    this.#options = options;
  }

  start(tasks: readonly BackgroundTask[]): void {
    for (const task of tasks) {
      const driven: Driven = {
        task,
        state: { activations: 0, isActive: false },
        wake: () => undefined,
        isWoken: false,
      };
      this.#driven.set(task.name, driven);
      this.#loops.push(this.#drive(driven));
    }
  }

  /** The task looks at once, or as soon as it has finished looking. Unknown names are ignored: not every Manager has every task. */
  wake(name: string): void {
    const driven = this.#driven.get(name);
    if (driven === undefined) return;
    driven.isWoken = true;
    driven.wake();
  }

  stateOf(name: string): TaskState | undefined {
    return this.#driven.get(name)?.state;
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error("the Manager is stopping"));
    await Promise.all(this.#loops);
  }

  async #drive(driven: Driven): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      driven.isWoken = false;
      await this.#activate(driven, signal);
      await this.#pause(driven, signal);
    }
  }

  async #activate(driven: Driven, signal: AbortSignal): Promise<void> {
    const { task, state } = driven;
    const { log, contextOf } = this.#options;
    const activations = state.activations + 1;
    driven.state = { ...state, isActive: true };
    try {
      driven.state = { activations, isActive: false, lastReport: await task.activate(contextOf(task.name, signal)) };
    } catch (error) {
      if (signal.aborted) return;
      const problem = describeError(error);
      if (problem !== state.lastError) log.error("a background task failed", { task: task.name, error: problem });
      driven.state = { activations, isActive: false, lastError: problem };
    }
  }

  async #pause(driven: Driven, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const woken = new AbortController();
    driven.wake = () => woken.abort();
    try {
      if (!driven.isWoken) await clock.sleep(driven.task.periodMs, AbortSignal.any([signal, woken.signal]));
      else await clock.sleep(GATHER_MS, signal);
    } catch {
      // Woken, or stopped: the loop looks which.
      if (!signal.aborted) await clock.sleep(GATHER_MS, signal).catch(() => undefined);
    }
  }
}
