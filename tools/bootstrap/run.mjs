// Programs that the bootstrap runs, and what it says. Plain Node 18, nothing installed.
import { spawn } from "node:child_process";

/** Nothing was wrong with the program: something it needs is missing. */
export class Missing extends Error {}

/** What a person is told about an error: without a stack where the cause is the machine and not we. */
export function explain(error) {
  if (error instanceof Missing) return error.message;
  const isOfMachine = ["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENOTDIR", "EEXIST"].includes(error.code);
  if (!isOfMachine) return error.stack ?? String(error);
  return `Cannot install: ${error.message}.\nThe cache can be moved with the variable YAGURA_CACHE, the npm packages lie in node_modules.`;
}

/**
 * Runs a program quietly; what it printed is shown only if it failed.
 * @param onStart is told the process number, before anything else happens
 */
export function run(command, args, { onStart = () => undefined, ...options } = {}) {
  return new Promise((fulfil, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    if (child.pid !== undefined) onStart(child.pid);
    const chunks = [];
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.stderr.on("data", (chunk) => chunks.push(chunk));
    child.once("error", (error) => reject(new Missing(`${command}: ${error.message}`)));
    child.once("close", (code, signal) => {
      if (code === 0) fulfil();
      else {
        const output = Buffer.concat(chunks).toString().trim().split("\n").slice(-15).join("\n");
        const how = signal === null ? "failed" : `was ended by ${signal}`;
        reject(new Missing(`${command} ${args.slice(0, 3).join(" ")} ${how}:\n${output}`));
      }
    });
  });
}

export async function timed(what, work) {
  const begin = performance.now();
  say(`${what} …`);
  await work();
  say(`${what}: ${((performance.now() - begin) / 1000).toFixed(1)} s`);
}

export function say(text) {
  process.stderr.write(`${text}\n`);
}
