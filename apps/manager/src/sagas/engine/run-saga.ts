import { systemClock } from "@yagura/std/clock.ts";
import { silentLog } from "@yagura/std/log.ts";
import type { JournalEntry } from "../../db/queries/sagas.ts";
import { type DriveOptions, driveSaga, type Journal } from "./drive-saga.ts";
import type { SagaDefinition } from "./saga.ts";

/** The saga did not succeed; everything was undone (or, if stuck, could not be). */
export class SagaFailed extends Error {
  override readonly name = "SagaFailed";
}

/**
 * Runs a saga with a journal in memory: for tests of its steps.
 * @throws SagaFailed
 */
export async function runSaga<Params, Deps>(
  definition: SagaDefinition<Params, Deps>,
  params: Params,
  deps: Deps,
  options: DriveOptions<Params, Deps>["faults"] & { readonly isTransient?: (error: unknown) => boolean } = {},
): Promise<void> {
  const end = await driveSaga({
    definition,
    params,
    deps,
    journal: memoryJournal(),
    correlationId: "test",
    clock: systemClock,
    log: silentLog,
    signal: new AbortController().signal,
    isTransient: options.isTransient ?? (() => false),
    faults: options,
  });
  if (end.outcome !== "succeeded") throw new SagaFailed(`${definition.name} ${end.outcome}: ${end.error}`);
}

export function memoryJournal(entries: JournalEntry[] = []): Journal {
  return {
    entries,
    append(entry) {
      entries.push({ number: entries.length, output: undefined, atMs: 0, ...entry });
      return Promise.resolve();
    },
  };
}
