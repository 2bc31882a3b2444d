import type { DataCenterId } from "@yagura/std/ids.ts";
import type { SagaDeps } from "./deps.ts";
import type { StepBody, StepInput } from "./engine/saga.ts";
import { NoStorage, talkToStorageManager } from "./talk.ts";

interface Params {
  readonly dataCenterId?: DataCenterId;
}

interface Awaiting<P extends Params> {
  /** By default always. */
  readonly isNeeded?: (params: P) => boolean;
  /** Where its records were marked before the first step. */
  readonly undo?: (input: StepInput<P, SagaDeps>) => Promise<void>;
}

export const managerAwaited = "wait for the storage's manager";

/** Stands before the first step that changes the storage: what waits in vain for a manager has nothing there to be undone. */
export function awaitStorageManager<P extends Params>({ isNeeded, undo }: Awaiting<P> = {}): StepBody<P, SagaDeps> {
  return {
    async run(input) {
      const { dataCenterId } = input.params;
      if (dataCenterId === undefined || isNeeded?.(input.params) === false) return;
      try {
        await talkToStorageManager(input, dataCenterId);
      } catch (error) {
        // The next step sees what is left to be done then.
        if (!(error instanceof NoStorage)) throw error;
      }
    },
    ...(undo !== undefined && { undo }),
  };
}
