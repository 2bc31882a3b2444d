import type { Log } from "@yagura/std/log.ts";
import type { Tx } from "../../db/database.ts";

/** What a step is given. `params` were fixed when the saga started: ids and random choices are in them. */
export interface StepInput<Params, Deps> {
  readonly params: Params;
  readonly deps: Deps;
  /** What the steps before returned, by their names. */
  readonly outputs: ReadonlyMap<string, unknown>;
  readonly correlationId: string;
  /** Aborted when the Manager stops; the step is then done again by the next start. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Shows in the saga's job what the step waits for; `undefined`: it goes on. */
  readonly tellWait: (what: string | undefined) => Promise<void>;
}

/**
 * `run` is an "ensure": it may run twice, also after a crash in its middle, and has one effect. The step that failed is
 * undone too, so `undo` must accept that nothing, or half, is there. Errors that are transient are tried again for
 * ever, or as long as they say themselves (`patienceMs`); any other error starts the undo.
 */
export interface StepBody<Params, Deps> {
  run(input: StepInput<Params, Deps>): Promise<unknown>;
  undo?(input: StepInput<Params, Deps>): Promise<void>;
  /** What was asked for is done, and this tidies up: it is tried again for ever, whatever the error says. */
  readonly isPatient?: boolean;
}

export interface Step<Params, Deps> extends StepBody<Params, Deps> {
  readonly name: string;
}

export type SagaOutcome =
  | { readonly outcome: "succeeded" }
  | { readonly outcome: "failed"; readonly error: string }
  | { readonly outcome: "stuck"; readonly error: string };

export interface SagaDefinition<Params, Deps> {
  /** Stored data, like the names of the steps: renaming one is a migration. */
  readonly name: string;
  readonly steps: readonly Step<Params, Deps>[];
  /** Called in the transaction in which the saga ends: for the events that tell of it. */
  readonly ended?: (tx: Tx, end: SagaEnd<Params, Deps>) => Promise<void>;
}

export interface SagaEnd<Params, Deps> {
  readonly params: Params;
  readonly deps: Deps;
  readonly correlationId: string;
  readonly outcome: SagaOutcome;
}

/** A saga: its steps in order, each by its name. */
export function saga<Params, Deps>(
  name: string,
  steps: Readonly<Record<string, StepBody<Params, Deps>>>,
  ended?: SagaDefinition<Params, Deps>["ended"],
): SagaDefinition<Params, Deps> {
  return {
    name,
    steps: Object.entries(steps).map(([step, body]) => ({ ...body, name: step })),
    ...(ended !== undefined && { ended }),
  };
}
