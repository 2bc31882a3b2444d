import { existsSync } from "node:fs";
import { poll } from "@yagura/std/poll.ts";
import type { SagaDeps } from "./deps.ts";
import { saga } from "./engine/saga.ts";

export interface WaitUntilTold {
  /** Each step waits until there is a file of this name with the step's number behind it. */
  readonly file: string;
}

const step = (number: number) => ({
  run: ({ params, deps, signal }: { params: WaitUntilTold; deps: SagaDeps; signal: AbortSignal }) =>
    poll(`${params.file}.${number}`, () => existsSync(`${params.file}.${number}`) && { number }, {
      timeoutMs: 24 * 60 * 60_000,
      everyMs: 200,
      clock: deps.clock,
      signal,
    }),
  undo: () => Promise.resolve(),
});

/** Does nothing but wait, so that one can kill the Manager between any two steps and watch it go on. */
export const waitUntilTold = saga<WaitUntilTold, SagaDeps>("wait-until-told", {
  "wait for the first file": step(1),
  "wait for the second file": step(2),
  "wait for the third file": step(3),
});
