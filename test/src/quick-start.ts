// `npm start` as its user runs it, in a directory and on ports of its own.
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { connectManager, type ManagerClient } from "@yagura/rest-client";
import { runProgram } from "@yagura/std/run-program.ts";

const tools = join(import.meta.dirname, "../../tools/src");

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
  // Not below the temporary directory of root, which QEMU's user might not be able to pass.
  const data = await mkdtemp("/var/lib/yagura-test-");
  await chmod(data, 0o755);
  const [https, http, agent] = await freePorts(3);
  const ports = ["--https-port", `${https}`, "--http-port", `${http}`, "--agent-port", `${agent}`];
  const run = (tool: string, ...args: string[]) =>
    runProgram(process.execPath, [join(tools, tool, "main.ts"), "--data", data, ...args], { timeoutMs: 300_000 });
  return {
    data,
    async start(...more) {
      const { stdout } = await run("start", "--detach", "--json", "--yes", ...ports, ...more);
      return JSON.parse(stdout);
    },
    async stop() {
      await run("stop");
    },
    async [Symbol.asyncDispose]() {
      await run("reset", "--yes");
      await rm(data, { recursive: true, force: true });
    },
  };
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
