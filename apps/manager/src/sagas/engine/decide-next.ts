import type { JournalEntry } from "../../db/queries/sagas.ts";

export type NextMove =
  | { readonly do: "run"; readonly step: string; readonly isFirstTry: boolean }
  | { readonly do: "undo"; readonly step: string; readonly isFirstTry: boolean }
  | { readonly do: "end"; readonly outcome: "succeeded" }
  | { readonly do: "end"; readonly outcome: "failed"; readonly error: string };

/**
 * What a saga does next, from nothing but its journal. Pure: the same after a crash as before.
 * @param steps the names of the steps in order.
 */
export function decideNext(
  steps: readonly string[],
  journal: readonly Pick<JournalEntry, "step" | "event" | "output">[],
): NextMove {
  const has = (step: string, event: JournalEntry["event"]): boolean =>
    journal.some((entry) => entry.step === step && entry.event === event);
  const failure = journal.find((entry) => entry.event === "failed");
  if (failure === undefined) {
    const step = steps.find((each) => !has(each, "succeeded"));
    return step === undefined
      ? { do: "end", outcome: "succeeded" }
      : { do: "run", step, isFirstTry: !has(step, "started") };
  }
  const step = steps.findLast((each) => has(each, "started") && !has(each, "undone"));
  return step === undefined
    ? { do: "end", outcome: "failed", error: String(failure.output) }
    : { do: "undo", step, isFirstTry: !has(step, "undo-started") };
}
