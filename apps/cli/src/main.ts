#!/usr/bin/env node
import { systemClock } from "@yagura/std/clock.ts";
import { runCli } from "./run.ts";
import { askOnTerminal, readWholeStdin } from "./terminal.ts";
import type { CliWorld } from "./world.ts";

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort(new Error("interrupted")));
// Whoever reads our output may have had enough of it (`yagura vm list | head -1`); that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  interrupt.abort(error);
});

const world: CliWorld = {
  env: process.env,
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  canRewriteLines: process.stderr.isTTY === true,
  ask: (question) => askOnTerminal({ question, isSecret: false, interrupt }),
  askSecret: (question) => askOnTerminal({ question, isSecret: true, interrupt }),
  readStdin: readWholeStdin,
  clock: systemClock,
  signal: interrupt.signal,
  newCorrelationId: () => crypto.randomUUID(),
};

process.exitCode = await runCli(process.argv.slice(2), world);
