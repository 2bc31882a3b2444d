// node keep-running.ts LOG PROGRAM ARGUMENT…: runs a TypeScript program, and starts it again one second after it ended,
// as the init system of a host does it. Sanlock ends an agent that lost its leases by SIGKILL, on purpose.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants, openSync, writeSync } from "node:fs";
import { systemClock } from "@yagura/std/clock.ts";

const pauseMs = 1_000;
const [log = "", ...command] = process.argv.slice(2);
// What is logged must outlive a power cut in the next moment.
const file = openSync(log, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_SYNC, 0o644);
const write = (text: string): void => void writeSync(file, text);

for (;;) {
  const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", write);
  const [code, signal] = await once(child, "close");
  write(`keep-running: it ended with ${code ?? signal}\n`);
  await systemClock.sleep(pauseMs);
}
