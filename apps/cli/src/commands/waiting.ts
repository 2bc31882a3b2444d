import type { Command } from "commander";
import { parseDurationMs } from "../arguments/numbers.ts";

export interface WaitOptions {
  readonly wait?: boolean;
  readonly timeout: number;
}

const TIMEOUT_MS_DEFAULT = 300_000;

/** `--wait` and `--timeout`, for verbs whose effect comes later. */
export function withWaiting(command: Command, until: string): Command {
  return command
    .option("--wait", `wait until ${until}`)
    .option(
      "--timeout <duration>",
      "give up waiting after this long: 90s, 10m; by default 5m",
      parseDurationMs,
      TIMEOUT_MS_DEFAULT,
    );
}
