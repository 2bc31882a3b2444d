// Runs command lines in this process, with a directory of its own and nobody at the terminal unless a test says so.
import type { FakeManager } from "@yagura/rest-client/testing";
import { type Clock, systemClock } from "@yagura/std/clock.ts";
import { saveLogin } from "../src/login/login-file.ts";
import { runCli } from "../src/run.ts";
import type { CliWorld } from "../src/world.ts";

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliRunOptions {
  readonly directory: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What the person at the terminal answers, in order; without it nobody is there. */
  readonly answers?: readonly string[];
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  readonly onStdout?: (text: string) => void;
}

export async function runCommand(args: readonly string[], options: CliRunOptions): Promise<CliRun> {
  const { directory, env = {}, answers, stdin = "", signal = new AbortController().signal, onStdout } = options;
  const out: string[] = [];
  const err: string[] = [];
  const left = [...(answers ?? [])];
  const answer = (question: string): Promise<string> => {
    err.push(question);
    return Promise.resolve(left.shift() ?? "");
  };
  const world: CliWorld = {
    env: { XDG_CONFIG_HOME: directory, ...env },
    stdout: (text) => {
      out.push(text);
      onStdout?.(text);
    },
    stderr: (text) => void err.push(text),
    isInteractive: answers !== undefined,
    canRewriteLines: false,
    ask: answer,
    askSecret: answer,
    readStdin: () => Promise.resolve(stdin),
    clock: quickClock(),
    signal,
    newCorrelationId: () => "c-1",
  };
  const code = await runCli(args, world);
  return { code, stdout: out.join(""), stderr: err.join("") };
}

/** As after `yagura login`: the token is the one that the Manager takes. */
export async function logIn(manager: FakeManager, directory: string): Promise<void> {
  await saveLogin(
    { env: { XDG_CONFIG_HOME: directory } },
    { url: manager.url, username: "admin@internal", token: manager.token },
  );
}

/** Waiting costs no time: every sleep is one turn of the event loop, after which its time has passed. */
function quickClock(): Clock {
  let elapsedMs = 0;
  return {
    nowMs: systemClock.nowMs,
    monotonicMs: () => elapsedMs,
    sleep: (delayMs) => {
      elapsedMs += delayMs;
      return new Promise((resolve) => setImmediate(resolve));
    },
  };
}
