// Runs inside a host of the lab, started by its init: runs programs for the test outside, which speaks to it over the
// serial line (standard input and output).
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { DeadlineExceeded } from "@yagura/std/deadline.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import { encodeMessage, type GuestReply, type GuestRequest, MessageReader } from "./guest-protocol.ts";

const everyCode = Array.from({ length: 256 }, (_, code) => code);
const reader = new MessageReader<GuestRequest>();

process.stdin.on("data", (chunk: Buffer) => {
  say({ is: "received", bytes: chunk.length });
  for (const request of reader.read(chunk)) void serve(request);
});
say({ is: "ready" });

async function serve(request: GuestRequest): Promise<void> {
  // Init switches off when we end.
  if (request.ask === "switch off") return process.exit();
  try {
    say(await (request.ask === "run" ? run(request) : start(request)));
  } catch (error) {
    if (error instanceof DeadlineExceeded) say({ id: request.id, is: "late" });
    else say({ id: request.id, is: "failed", reason: describeError(error) });
  }
}

async function run(request: GuestRequest & { ask: "run" }): Promise<GuestReply> {
  const ended = await runProgram(request.program, request.args, {
    timeoutMs: request.timeoutMs,
    env: request.env,
    okCodes: everyCode,
    ...(request.input !== undefined && { input: Buffer.from(request.input, "base64") }),
  });
  return { id: request.id, is: "ended", ...ended };
}

async function start(request: GuestRequest & { ask: "start" }): Promise<GuestReply> {
  const log = openSync(request.log, "a");
  try {
    const child = spawn(request.program, request.args, {
      detached: true,
      stdio: ["ignore", log, log],
      env: { ...process.env, ...request.env },
    });
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    child.once("spawn", () => resolve(child.pid ?? 0));
    child.once("error", reject);
    return { id: request.id, is: "started", pid: await promise };
  } finally {
    closeSync(log);
  }
}

function say(reply: GuestReply): void {
  process.stdout.write(encodeMessage(reply));
}
