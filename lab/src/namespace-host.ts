// Hosts of one lab: each a network namespace on a bridge of the lab's own, with its own libvirtd. Nothing of the machine's own
// network is touched: the bridge lives in a namespace too.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { poll } from "@yagura/std/poll.ts";
import { runProgram } from "@yagura/std/run-program.ts";

export interface NamespaceHost {
  readonly name: string;
  /** Its address on the lab's network. */
  readonly address: string;
  /** What to put before a command line so that it runs on this host. */
  readonly enter: readonly string[];
  /** Takes its network cable out, or puts it back. */
  setLink(up: boolean): Promise<void>;
}

export interface Lab extends AsyncDisposable {
  readonly hosts: readonly NamespaceHost[];
  /** The namespace of the lab's bridge, in which a Manager may run: address 10.99.0.1. */
  readonly manager: NamespaceHost;
}

const prefixBits = 24;
const address = (number: number): string => `10.99.0.${number}`;

/**
 * Makes a bridge and `count` hosts on it, with the addresses 10.99.0.11, 10.99.0.12 and so on.
 * @param name at most six letters; two labs of one name cannot run at once, and what is left of an old one is removed
 */
export async function createLab(name: string, count: number): Promise<Lab> {
  const bridgeNamespace = `${name}-net`;
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  await removeLab(name);
  try {
    await addNamespace(bridgeNamespace);
    await ip("-n", bridgeNamespace, "link", "add", "br0", "type", "bridge");
    await ip("-n", bridgeNamespace, "address", "add", `${address(1)}/${prefixBits}`, "dev", "br0");
    await ip("-n", bridgeNamespace, "link", "set", "br0", "up");
    await addCarrier(bridgeNamespace);
    for (const number of numbers) await addHost(name, bridgeNamespace, number);
  } catch (cause) {
    await removeLab(name);
    throw new Error(`cannot make the lab ${name}`, { cause });
  }
  return {
    hosts: numbers.map((number) =>
      host(`${name}-h${number}`, address(10 + number), { bridgeNamespace, port: `port${number}` }),
    ),
    manager: host(bridgeNamespace, address(1), undefined),
    [Symbol.asyncDispose]: () => removeLab(name),
  };
}

/** Removes the namespaces of a lab, whoever left them, with everything that runs in them: daemons and guests. */
export async function removeLab(name: string): Promise<void> {
  const { stdout } = await runProgram("ip", ["-j", "netns", "list"]);
  const present: { name: string }[] = stdout.trim() === "" ? [] : JSON.parse(stdout);
  for (const { name: namespace } of present) {
    if (!namespace.startsWith(`${name}-`)) continue;
    await poll(`the processes on ${namespace} to end`, () => killAll(namespace), { timeoutMs: 20_000, everyMs: 50 });
    await ip("netns", "delete", namespace);
  }
}

/** Kills what runs in a namespace; true when nothing is left. */
async function killAll(namespace: string): Promise<boolean> {
  const { stdout } = await runProgram("ip", ["netns", "pids", namespace]);
  const pids = stdout.split(/\s+/).filter((pid) => pid !== "");
  for (const pid of pids) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch (error) {
      // It ended in the meantime, which is what we wanted.
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }
  return pids.length === 0;
}

/**
 * Starts a program on a host; it dies with this process.
 * @param log where its standard error goes: an open file, or our own
 */
export function spawnOn(
  on: NamespaceHost,
  program: string,
  args: readonly string[],
  log: number | "inherit" = "inherit",
): ChildProcess {
  const [enter = "", ...rest] = [...on.enter, "setpriv", "--pdeathsig", "KILL", program, ...args];
  return spawn(enter, rest, { stdio: ["ignore", "pipe", log] });
}

/** A directory of a host's own that QEMU's user can pass. */
export async function hostDirectory(
  root: string,
  on: NamespaceHost,
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = join(root, on.name);
  await mkdir(path, { recursive: true, mode: 0o755 });
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function addNamespace(namespace: string): Promise<void> {
  await ip("netns", "add", namespace);
  await ip("-n", namespace, "link", "set", "lo", "up");
}

/** A bridge on which nothing is counts as down: a Manager that starts before all hosts would not see its own address. */
async function addCarrier(namespace: string): Promise<void> {
  await ip("-n", namespace, "link", "add", "name", "carrier", "type", "veth", "peer", "name", "carrier-end");
  // It must not answer for the addresses of the namespace that it is in.
  await ip("-n", namespace, "link", "set", "dev", "carrier-end", "arp", "off");
  await ip("-n", namespace, "link", "set", "dev", "carrier-end", "up");
  await ip("-n", namespace, "link", "set", "dev", "carrier", "master", "br0", "up");
}

async function addHost(lab: string, bridgeNamespace: string, number: number): Promise<void> {
  const namespace = `${lab}-h${number}`;
  await addNamespace(namespace);
  await ip(
    "-n",
    bridgeNamespace,
    "link",
    "add",
    `port${number}`,
    "type",
    "veth",
    "peer",
    "name",
    "eth0",
    "netns",
    namespace,
  );
  await ip("-n", bridgeNamespace, "link", "set", `port${number}`, "master", "br0", "up");
  await ip("-n", namespace, "address", "add", `${address(10 + number)}/${prefixBits}`, "dev", "eth0");
  await ip("-n", namespace, "link", "set", "eth0", "up");
}

function host(name: string, at: string, cable: { bridgeNamespace: string; port: string } | undefined): NamespaceHost {
  return {
    name,
    address: at,
    enter: ["ip", "netns", "exec", name],
    async setLink(up) {
      if (cable !== undefined) await ip("-n", cable.bridgeNamespace, "link", "set", cable.port, up ? "up" : "down");
    },
  };
}

async function ip(...args: string[]): Promise<void> {
  await runProgram("ip", args);
}
