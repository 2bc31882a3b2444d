// `npm start` as its user runs it, in a directory and on ports of its own.
import { existsSync } from "node:fs";
import { chmod, cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { demoGuestCache } from "@yagura/lab/cache-directory.ts";
import { buildDemoDisk } from "@yagura/lab/demo-guest/build-demo-disk.ts";
import { connectManager, type ManagerClient } from "@yagura/rest-client";
import { runProgram } from "@yagura/std/run-program.ts";

const repository = join(import.meta.dirname, "../..");

/** Where and as whom the commands are run; by default as this process itself. */
export interface Place {
  /** What to put before a command line. */
  readonly enter: readonly string[];
  /** Our own Node, and this repository, as they are found there. */
  readonly node: string;
  readonly repository: string;
}

export interface Started {
  readonly url: string;
  readonly passwordFile: string;
  readonly guest: {
    readonly name: string;
    readonly status: string;
    readonly hostName?: string;
    readonly addresses: readonly string[];
  };
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
  readonly seconds: number;
  /** What was told on standard error meanwhile. */
  readonly said: string;
}

export interface QuickStart extends AsyncDisposable {
  readonly data: string;
  /** Runs `npm start -- --detach --json` and returns what it printed. */
  start(...more: string[]): Promise<Started>;
  /** Runs `npm run stop`. */
  stop(): Promise<void>;
}

/** Why no data centre can be started here, or nothing if one can: for `test(…, { skip })`. */
export async function whyNoQuickStart(): Promise<string | false> {
  if (process.getuid?.() !== 0) return "guests on a NAT network need root";
  for (const [program, name] of [
    ["qemu-system-x86_64", "qemu-system-x86"],
    ["/usr/sbin/libvirtd", "libvirt-daemon"],
  ] as const) {
    const missing = await runProgram(program, ["--version"]).then(
      () => false,
      () => true,
    );
    if (missing) return `${name} is not installed`;
  }
  return false;
}

/** A data centre of the test's own; removed with all it started when disposed of. */
export async function quickStart(): Promise<QuickStart> {
  const directory = await openDirectory();
  const centre = await quickStartIn(directory.path, { enter: [], node: process.execPath, repository });
  return {
    ...centre,
    async [Symbol.asyncDispose]() {
      await centre[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** An empty directory that QEMU's user can pass, which one below root's temporary directory might not be. */
export async function openDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp("/var/lib/yagura-test-");
  await chmod(path, 0o755);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** The same in a directory that is there already, and stays. */
export async function quickStartIn(data: string, place: Place): Promise<QuickStart> {
  const [https, http, agent] = await freePorts(3);
  const ports = ["--https-port", `${https}`, "--http-port", `${http}`, "--agent-port", `${agent}`];
  const run = (tool: string, ...args: string[]) => {
    const program = join(place.repository, "tools/src", tool, "main.ts");
    const [first = "", ...rest] = [...place.enter, place.node, program, "--data", data, ...args];
    return runProgram(first, rest, { timeoutMs: 300_000 }).catch(async (cause) => {
      throw new Error(`npm run ${tool} failed: ${cause.message}\n${await lastLogLines(data)}`, { cause });
    });
  };
  return {
    data,
    async start(...more) {
      const { stdout, stderr } = await run("start", "--detach", "--json", "--yes", ...ports, ...more);
      return { ...JSON.parse(stdout), said: stderr };
    },
    async stop() {
      await run("stop");
    },
    async [Symbol.asyncDispose]() {
      if (existsSync(data)) await run("reset", "--yes");
    },
  };
}

/** What Manager and agent said last: afterwards it is gone with the directory. */
async function lastLogLines(data: string): Promise<string> {
  const texts = ["manager", "agent"].map(async (name) => {
    const text = await readFile(join(data, "log", `${name}.log`), "utf8").catch(() => "");
    return text.trim().split("\n").slice(-15).join("\n");
  });
  return (await Promise.all(texts)).join("\n");
}

/** Puts the demo guest's finished disk where `npm start` looks for one first, so that it is not built again. */
export async function putDemoDisk(data: string): Promise<void> {
  const disk = await buildDemoDisk({ cacheDirectory: demoGuestCache() });
  await cp(disk, join(data, "cache/demo-guest", basename(disk)));
}

/** A client that is logged in as the administrator, as the CLI would be. */
export async function connectTo(started: Started): Promise<ManagerClient> {
  const password = (await readFile(started.passwordFile, "utf8")).trim();
  return connectManager({ url: started.url, insecure: true, username: "admin@internal", password });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (typeof address === "object" && address !== null) ports.push(address.port);
  }
  for (const server of servers) server.close();
  return ports;
}
