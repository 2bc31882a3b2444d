import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type AgentClient, connectAgent } from "@yagura/agent-protocol";
import type { Credentials } from "@yagura/pki";
import { withDeadline } from "@yagura/std/deadline.ts";
import { type HostId, newId } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";
import type { RealLibvirt } from "./real-libvirt.ts";
import { createTestPki, enrolByHand, type TestPki } from "./test-pki.ts";

/** A whole agent as a process of its own, and what a Manager needs to talk to it. */
export interface RealAgent extends AsyncDisposable {
  readonly pki: TestPki;
  readonly hostId: HostId;
  readonly dataDirectory: string;
  readonly port: number;
  readonly process: ChildProcess;
  connect(credentials?: Credentials): Promise<AgentClient>;
  /** Waits until the agent has recovered, so that verbs are answered. */
  ready(client: AgentClient): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same data. */
  restart(): Promise<void>;
}

export async function startRealAgent(libvirt: RealLibvirt, flags: readonly string[] = []): Promise<RealAgent> {
  const pki = await createTestPki();
  const hostId = newId<HostId>();
  const dataDirectory = join(libvirt.directory, `agent-${hostId.slice(0, 8)}`);
  await enrolByHand(dataDirectory, hostId, await pki.host(hostId));
  const manager = await pki.manager();
  let running = await spawnAgent(dataDirectory, libvirt, flags);
  return {
    pki,
    hostId,
    dataDirectory,
    get port() {
      return running.port;
    },
    get process() {
      return running.child;
    },
    connect: (credentials = manager) =>
      connectAgent({
        host: "127.0.0.1",
        port: running.port,
        tls: { ca: credentials.caPem, cert: credentials.certificatePem, key: credentials.keyPem },
      }),
    async ready(client) {
      const recovered = () =>
        client.call.Host.ping2().then(
          () => true,
          () => false,
        );
      await poll("the agent to recover", recovered, { timeoutMs: 20_000 });
    },
    kill: (signal) => end(running.child, signal),
    async restart() {
      running = await spawnAgent(dataDirectory, libvirt, flags);
    },
    [Symbol.asyncDispose]: () => end(running.child, "SIGTERM"),
  };
}

async function spawnAgent(dataDirectory: string, libvirt: RealLibvirt, flags: readonly string[]) {
  const { uri, socketPath } = libvirt.daemon;
  const main = join(import.meta.dirname, "../main.ts");
  const own = ["--data", dataDirectory, "--libvirt-uri", uri, "--libvirt-socket", socketPath];
  const args = [main, ...own, "--listen", "127.0.0.1", "--port", "0", "--guest-network", "user", ...flags];
  const stderr = process.env["YAGURA_TEST_LOG"] === undefined ? "ignore" : "inherit";
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", stderr] });
  const [line] = await withDeadline("the agent to start", 30_000, () => firstLine(child));
  const { port }: { port: number } = JSON.parse(line);
  return { child, port };
}

async function firstLine(child: ChildProcess): Promise<[string]> {
  if (child.stdout === null) throw new Error("the agent has no output");
  const lines = createInterface({ input: child.stdout });
  const exited = once(child, "exit").then(([code]) => {
    throw new Error(`the agent ended with ${code}`);
  });
  return Promise.race([once(lines, "line") as Promise<[string]>, exited]);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await withDeadline("the agent to end", 15_000, () => exited);
}
