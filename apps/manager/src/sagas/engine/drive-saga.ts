import type { Clock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import type { Log } from "@yagura/std/log.ts";
import type { JournalEntry, JournalEvent } from "../../db/queries/sagas.ts";
import { decideNext } from "./decide-next.ts";
import { Patience, WaitedInVain } from "./patience.ts";
import type { SagaDefinition, SagaOutcome, Step, StepInput } from "./saga.ts";

/** Where the steps of one saga are written down before and after they are done. */
export interface Journal {
  readonly entries: readonly JournalEntry[];
  append(entry: { readonly step: string; readonly event: JournalEvent; readonly output?: unknown }): Promise<void>;
}

export interface DriveOptions<Params, Deps> {
  readonly definition: SagaDefinition<Params, Deps>;
  readonly params: Params;
  readonly deps: Deps;
  readonly journal: Journal;
  readonly correlationId: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Whether the same call may succeed later: a silent host, a busy one. Such an error is tried again for ever. */
  readonly isTransient: (error: unknown) => boolean;
  /** Shows what a step waits for. */
  readonly tellWait?: (what: string | undefined) => Promise<void>;
  /** For tests: the step after whose work an error is thrown, and whether each step is done twice. */
  readonly faults?: { readonly failAfter?: string; readonly repeatSteps?: boolean };
}

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 15_000;
/** An undo that fails for another reason than silence is tried so often; then somebody must look. */
const UNDO_ATTEMPTS_MAX = 5;

/**
 * Carries a saga from wherever its journal says it is to its end. The journal is written before each step ("started")
 * and after it; a step whose end is not in the journal is done again.
 * @throws the signal's reason when aborted: nothing is journalled then, and the next drive goes on from there.
 */
export async function driveSaga<Params, Deps>(options: DriveOptions<Params, Deps>): Promise<SagaOutcome> {
  const { definition, journal } = options;
  const names = definition.steps.map((step) => step.name);
  for (;;) {
    options.signal.throwIfAborted();
    const move = decideNext(names, journal.entries);
    if (move.do === "end") return move;
    const step = definition.steps.find((each) => each.name === move.step);
    if (step === undefined) return { outcome: "stuck", error: `the saga ${definition.name} has no step ${move.step}` };
    if (move.do === "run") {
      if (move.isFirstTry) await journal.append({ step: step.name, event: "started" });
      await runStep(step, options);
    } else {
      if (move.isFirstTry) await journal.append({ step: step.name, event: "undo-started" });
      const stuck = await undoStep(step, options);
      if (stuck !== undefined) return { outcome: "stuck", error: stuck };
    }
  }
}

async function runStep<Params, Deps>(step: Step<Params, Deps>, options: DriveOptions<Params, Deps>): Promise<void> {
  const { journal, faults, signal } = options;
  const input = inputOf(step, options);
  let output: unknown;
  try {
    const patience = new Patience(step.isPatient === true ? "for ever" : "bounded");
    output = await retryWhileTransient(options, patience, () => step.run(input));
    if (faults?.repeatSteps === true) output = await retryWhileTransient(options, patience, () => step.run(input));
    if (faults?.failAfter === step.name) throw new Error(`made to fail after: ${step.name}`);
  } catch (error) {
    signal.throwIfAborted();
    input.log.warn("a step failed; what was done is undone", { error: describeError(error) });
    await journal.append({ step: step.name, event: "failed", output: describeError(error) });
    return;
  }
  await journal.append({ step: step.name, event: "succeeded", output });
}

/** Returns why it is stuck, or nothing when it was undone. */
async function undoStep<Params, Deps>(
  step: Step<Params, Deps>,
  options: DriveOptions<Params, Deps>,
): Promise<string | undefined> {
  const { journal, signal, clock, faults } = options;
  const input = inputOf(step, options);
  for (let attempt = 1; ; attempt++) {
    try {
      await retryWhileTransient(options, new Patience("bounded"), async () => step.undo?.(input));
      if (faults?.repeatSteps === true) await step.undo?.(input);
      break;
    } catch (error) {
      signal.throwIfAborted();
      if (attempt >= UNDO_ATTEMPTS_MAX || error instanceof WaitedInVain)
        return `cannot undo "${step.name}": ${describeError(error)}`;
      input.log.warn("cannot undo a step; trying again", { error: describeError(error) });
      await clock.sleep(RETRY_MS_MIN * attempt, signal);
    }
  }
  await journal.append({ step: step.name, event: "undone" });
  return undefined;
}

async function retryWhileTransient<Params, Deps, T>(
  { isTransient, clock, signal, log, definition }: DriveOptions<Params, Deps>,
  patience: Patience,
  work: () => Promise<T>,
): Promise<T> {
  for (let delayMs = RETRY_MS_MIN; ; delayMs = Math.min(delayMs * 2, RETRY_MS_MAX)) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!isTransient(error)) throw error;
      if (patience.isAtEnd(error, clock.monotonicMs())) throw new WaitedInVain(error);
      log.info("a step could not be done now; trying again", { saga: definition.name, error: describeError(error) });
      await clock.sleep(delayMs, signal);
    }
  }
}

function inputOf<Params, Deps>(
  step: Step<Params, Deps>,
  { params, deps, journal, correlationId, signal, log, definition, tellWait }: DriveOptions<Params, Deps>,
): StepInput<Params, Deps> {
  return {
    params,
    deps,
    outputs: new Map(
      journal.entries.filter((entry) => entry.event === "succeeded").map((entry) => [entry.step, entry.output]),
    ),
    correlationId,
    signal,
    log: log.with({ saga: definition.name, step: step.name, correlationId }),
    tellWait: tellWait ?? (() => Promise.resolve()),
  };
}
