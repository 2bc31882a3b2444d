import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { type NamespaceHost, spawnOn } from "./namespace-host.ts";

/** A Manager or an agent on a host of a lab. */
export interface Service {
  readonly child: ChildProcess;
  /** Resolves when it says that it serves; it may wait for others first. Rejects when it ends before. */
  readonly ready: Promise<void>;
}

/** Starts one of our TypeScript programs. @param log the file that its log goes to */
export async function startService(
  on: NamespaceHost,
  program: string,
  args: readonly string[],
  log: string,
): Promise<Service> {
  const file = await open(log, "a");
  const child = spawnOn(on, process.execPath, [program, ...args], file.fd);
  await file.close();
  const ready = untilReady(child, `${program} on ${on.name} (its log: ${log})`);
  ready.catch(() => undefined); // Whoever waits for it gets the error.
  return { child, ready };
}

async function untilReady(child: ChildProcess, what: string): Promise<void> {
  const ended = once(child, "exit").then(([code, signal]) => {
    throw new Error(`${what} ended with ${code ?? signal}`);
  });
  const said = (async () => {
    if (child.stdout === null) return;
    for await (const line of createInterface({ input: child.stdout })) if (line.includes('"ready":true')) return;
    await ended; // Nothing more comes from it.
  })();
  await Promise.race([said, ended]);
}
