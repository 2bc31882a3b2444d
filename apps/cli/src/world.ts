import type { Clock } from "@yagura/std/clock.ts";

/** Everything the commands know of the outside. `main.ts` makes the real one, tests make their own. */
export interface CliWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results: what a script reads. */
  readonly stdout: (text: string) => void;
  /** Progress, questions and errors: what a person reads. */
  readonly stderr: (text: string) => void;
  /** A person sits there who can be asked. */
  readonly isInteractive: boolean;
  /** Standard error is a terminal, on which a line can be written again. */
  readonly canRewriteLines: boolean;
  readonly ask: (question: string) => Promise<string>;
  readonly askSecret: (question: string) => Promise<string>;
  readonly readStdin: () => Promise<string>;
  readonly clock: Clock;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly newCorrelationId: () => string;
}
