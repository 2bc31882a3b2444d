import { type ChildProcessByStdio, spawn } from "node:child_process";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** A program that does a piece of work on request and says how long it took. */
export interface Peer {
  readonly name: string;
  /** Seconds for `count` times `what`. */
  measure(what: string, count: number): Promise<number>;
  stop(): void;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** Debian's python3-libvirt, with the C client underneath. It measures itself, so its start does not count. */
export async function startPython(uri: string): Promise<Peer> {
  const child = spawn("/usr/bin/python3", [join(import.meta.dirname, "libvirt-peer.py"), uri], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = linesOf(child);
  await lines.next();
  return {
    name: "python3-libvirt",
    async measure(what, count) {
      child.stdin.write(`${what} ${count}\n`);
      return Number((await lines.next()).value);
    },
    stop: () => child.stdin.end(),
  };
}

/** One virsh fed with commands. Each looks its guest up by name first, as virsh does: two calls and some text. */
export async function startVirsh(uri: string, guest: string): Promise<Peer> {
  const child = spawn("/usr/bin/virsh", ["--connect", uri, "--quiet"], { stdio: ["pipe", "pipe", "ignore"] });
  const lines = linesOf(child);
  const commands: Readonly<Record<string, string>> = { info: `domstate ${guest}`, stats: "domstats" };
  const run = async (text: string): Promise<void> => {
    child.stdin.write(`${text}echo the-end\n`);
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true || value.endsWith("the-end")) return;
    }
  };
  await run("");
  return {
    name: "virsh",
    async measure(what, count) {
      const start = performance.now();
      await run(`${commands[what]}\n`.repeat(count));
      return (performance.now() - start) / 1000;
    },
    stop: () => child.stdin.end(),
  };
}

function linesOf(child: Child): AsyncIterator<string, undefined> {
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}
