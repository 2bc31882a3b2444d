// npm run dev: a Manager and simulated hosts to play with, until Ctrl-C.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectManager, fetchAuthority, type ManagerClient } from "@yagura/rest-client";
import type { SimulatedHost } from "@yagura/sim-host";
import { describeError } from "@yagura/std/describe-error.ts";
import { type ManagerProcess, startManagerProcess } from "./manager-process.ts";
import { readDevOptions } from "./options.ts";
import { ensureClusters, ensureSharedStorage, runDemoGuest, startHosts, waitForHosts } from "./populate.ts";

const say = (text: string): void => void process.stdout.write(`${text}\n`);

interface Running {
  readonly manager: ManagerProcess;
  readonly client: ManagerClient;
  readonly hosts: readonly SimulatedHost[];
}

const options = readDevOptions(process.argv.slice(2));
const interrupted = untilInterrupted();
// Simulated hosts forget their keys at the end, so a Manager that remembers them would be of no use.
const directory = await mkdtemp(join(tmpdir(), "yagura-dev-"));
const undo: (() => Promise<void>)[] = [];
try {
  const { manager } = await bringUp();
  const how = await Promise.race([interrupted, manager.ended]);
  say(`\nending (${how})`);
} catch (error) {
  say(`npm run dev: ${describeError(error)}`);
  process.exitCode = 1;
} finally {
  for (const step of undo.reverse()) await step().catch((error: unknown) => say(describeError(error)));
}

async function bringUp(): Promise<Running> {
  undo.push(() => rm(directory, { recursive: true, force: true }));
  say("starting the Manager");
  const manager = await startManagerProcess({ directory, httpsPort: options.httpsPort, httpPort: options.httpPort });
  undo.push(() => manager.stop());
  const url = `https://127.0.0.1:${manager.httpsPort}`;
  const { pem: ca } = await fetchAuthority(url);
  const client = await connectManager({ url, ca, username: "admin@internal", password: manager.password });
  undo.push(async () => client.close());
  await ensureClusters(client);
  say(`starting ${options.hosts} simulated hosts`);
  const hosts = await startHosts(client, { count: options.hosts, managerUrl: url, caPem: ca });
  undo.push(async () => void (await Promise.all(hosts.map((host) => host.close()))));
  await waitForHosts(client, options.hosts);
  const [host, second] = hosts;
  if (second !== undefined) {
    say("attaching a simulated NFS domain that the other hosts share");
    await ensureSharedStorage(client, second.hostName);
  }
  if (host !== undefined) {
    say("starting a simulated guest");
    await runDemoGuest(client, { host, caPem: ca, directory });
  }
  report(url, manager, hosts);
  return { manager, client, hosts };
}

function report(url: string, manager: ManagerProcess, hosts: readonly SimulatedHost[]): void {
  say(`
  Address    ${url}
  API        ${url}/ovirt-engine/api
  User       admin@internal
  Password   ${manager.password}
  Hosts      ${hosts.length}, on ports ${hosts.map(({ port }) => port).join(", ")}
  Log        ${manager.logFile}
  Ctrl-C ends everything and removes its data.
`);
}

function untilInterrupted(): Promise<string> {
  const { promise, resolve: interrupt } = Promise.withResolvers<string>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupt(signal));
  return promise;
}
