// One installation at a time: two that write the same node_modules spoil each other.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Missing, say } from "./run.mjs";

const waitMs = 15 * 60_000;

/**
 * Does the work while no other process does work under the same lock. A lock whose processes have all ended counts for nothing.
 * @param work gets a function that adds a process number: npm may outlive us, when we are killed, and must be waited for too
 */
export async function locked(path, work) {
  mkdirSync(dirname(path), { recursive: true });
  const endMs = performance.now() + waitMs;
  for (let hasTold = false; !tryToTake(path); ) {
    const holder = findHolder(path);
    if (holder === undefined) {
      rmSync(path, { force: true });
      continue;
    }
    if (!hasTold) say(`process ${holder} is installing already; waiting for it …`);
    hasTold = true;
    if (performance.now() > endMs) throw new Missing(`process ${holder} still installs; end it, or remove ${path}.`);
    await sleep(200);
  }
  try {
    return await work((pid) => writeFileSync(path, `${pid}\n`, { flag: "a" }));
  } finally {
    rmSync(path, { force: true });
  }
}

function tryToTake(path) {
  try {
    writeFileSync(path, `${process.pid}\n`, { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** A process named in the lock that still runs. */
function findHolder(path) {
  let text = "";
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined; // It was removed in the meantime.
  }
  return text.split("\n").map(Number).filter(Boolean).find(isRunning);
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
