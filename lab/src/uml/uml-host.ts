// Hosts with kernels of their own: Debian's user-mode Linux on the lab's network, with this machine's root file system
// below a layer in memory. What such a host writes is gone when it is off, but for its disks.
import { join } from "node:path";
import { ProgramFailed, type ProgramOutput, runProgram } from "@yagura/std/run-program.ts";
import type { Lab } from "../namespace-host.ts";
import { GuestLine } from "./guest-line.ts";
import { endLeftover, spawnUml, type UmlProcess } from "./uml-process.ts";

export interface UmlDisk {
  /** A file, or a block device, of this machine. */
  readonly path: string;
  /** A disk of several hosts at once, written through at every write: their SAN. */
  readonly isShared?: boolean;
}

export interface UmlHostOptions {
  readonly lab: Lab;
  /** From 1 to 99; the address is 10.99.0.100 more. */
  readonly number: number;
  readonly memoryMiB?: number;
  /** Seen inside as /dev/ubda, /dev/ubdb and so on (`diskDevice`). */
  readonly disks?: readonly UmlDisk[];
}

export interface HostRunOptions {
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that count as success; by default only 0. */
  readonly okCodes?: readonly number[];
}

export interface HostStartOptions {
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface UmlHost extends AsyncDisposable {
  readonly name: string;
  readonly address: string;
  /** Resolves when it is off, for whatever reason. A reset, as its watchdog does it, leaves it off too. */
  readonly off: Promise<void>;
  /**
   * Runs a program inside to its end; the default deadline is 60 s. Works whatever becomes of the host's network.
   * @throws ProgramFailed, DeadlineExceeded, HostIsOff
   */
  run(program: string, args: readonly string[], options?: HostRunOptions): Promise<ProgramOutput>;
  /** Starts a program inside that goes on, and returns its number there. What it prints is added to the file `log`. */
  start(program: string, args: readonly string[], options: HostStartOptions): Promise<number>;
  writeFile(path: string, content: string): Promise<void>;
  /** Takes its network cable out, or puts it back. */
  setLink(up: boolean): Promise<void>;
  /** Stands still until `resume`; the time goes on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Off, between two instructions. */
  powerCut(): Promise<void>;
  /** Off, with what it has in memory written to its disks. */
  shutDown(): Promise<void>;
  /** The last of what its kernel printed. */
  console(): string;
}

const bridge = "br0";
const bootMs = 60_000;
const keptFreeKiB = 16 * 1024;
const shutDownMs = 30_000;

/** What a host calls the disk of this index. */
export function diskDevice(index: number): string {
  return `/dev/ubd${String.fromCharCode("a".charCodeAt(0) + index)}`;
}

/**
 * Switches a host on. It dies with this process; what a killed lab of the same name left is removed first.
 * @throws DeadlineExceeded, HostIsOff (their cause tells what the kernel printed last)
 */
export async function startUmlHost(options: UmlHostOptions): Promise<UmlHost> {
  const { lab, number } = options;
  const network = lab.manager.name;
  const name = `${network.replace(/-net$/, "")}-u${number}`;
  const tap = `tap${number}`;
  const kernel = await spawnWithCable(options, { network, name, tap });
  const line = new GuestLine(kernel.serial, name, () => void kernel.kill());
  void kernel.ended.then(() => line.end());
  const host = umlHost(kernel, line, { name, network, tap, address: addressOf(number) });
  try {
    await line.untilReady(bootMs);
    await configure(host);
  } catch (error) {
    await kernel.kill();
    throw new Error(`cannot start ${name}; its kernel says:\n${kernel.console().slice(-2_000)}`, { cause: error });
  }
  return host;
}

interface Place {
  readonly name: string;
  readonly network: string;
  readonly tap: string;
}

async function spawnWithCable(options: UmlHostOptions, { network, name, tap }: Place): Promise<UmlProcess> {
  const directory = join("/run/yagura-lab", name);
  await endLeftover(directory);
  await addTap(network, tap);
  const { memoryMiB = 512, disks = [] } = options;
  const files = join(import.meta.dirname, "files");
  const args = [
    `mem=${memoryMiB}M`,
    ...["root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", `init=${join(files, "init")}`],
    `vec0:transport=tap,ifname=${tap},depth=128,gro=0`,
    ...disks.map(({ path, isShared }, index) => `ubd${index}${isShared === true ? "cs" : ""}=${path}`),
    ...["con=null", "con0=null,fd:1", "ssl=null", "ssl0=fd:3", "quiet", "panic=-1"],
    ...["--", process.execPath, join(import.meta.dirname, "guest-runner.ts")],
  ];
  return spawnUml(network, args, directory);
}

/** A cable between the host and the bridge. Without the offloads off, what one kernel leaves to do stays undone in the other. */
async function addTap(network: string, tap: string): Promise<void> {
  await ip(network, "link", "delete", tap).catch(ignoreMissing);
  await ip(network, "tuntap", "add", tap, "mode", "tap");
  const offloads = ["tso", "gso", "gro", "tx", "sg"].flatMap((offload) => [offload, "off"]);
  await runProgram("ip", ["netns", "exec", network, "ethtool", "-K", tap, ...offloads]);
  await ip(network, "link", "set", tap, "master", bridge, "up");
}

function umlHost(kernel: UmlProcess, line: GuestLine, at: Place & { address: string }): UmlHost {
  const run: UmlHost["run"] = async (program, args, { input, timeoutMs = 60_000, env = {}, okCodes = [0] } = {}) => {
    const encoded = input === undefined ? {} : { input: Buffer.from(input).toString("base64") };
    const request = { ask: "run", program, args, env, timeoutMs, ...encoded } as const;
    const ended = await line.ask(program, request, timeoutMs);
    if (ended.is !== "ended") throw notDone(at.name, program, ended);
    const { code, stdout, stderr } = ended;
    if (okCodes.includes(code)) return { code, stdout, stderr };
    throw new ProgramFailed(`${program} on ${at.name}`, { code, how: `exited with ${code}`, stderr });
  };
  const host: UmlHost = {
    name: at.name,
    address: at.address,
    off: kernel.ended,
    run,
    async start(program, args, { log, env = {} }) {
      const started = await line.ask(program, { ask: "start", program, args, env, log }, 20_000);
      if (started.is !== "started") throw notDone(at.name, program, started);
      return started.pid;
    },
    writeFile: async (path, content) => void (await run("tee", [path], { input: content })),
    // Out of the bridge, not down: the kernel inside does not get over a write to a tap that is down.
    setLink: (up) => ip(at.network, "link", "set", at.tap, ...(up ? ["master", bridge] : ["nomaster"])),
    pause: () => kernel.signalAll("SIGSTOP"),
    resume: () => kernel.signalAll("SIGCONT"),
    powerCut: () => kernel.kill(),
    async shutDown() {
      await line.ask("switching off", { ask: "switch off" }, shutDownMs).catch(() => kernel.kill());
      await kernel.ended;
    },
    console: () => kernel.console(),
    [Symbol.asyncDispose]: () => kernel.kill(),
  };
  return host;
}

async function configure(host: UmlHost): Promise<void> {
  const network = [`address add ${host.address}/24 dev vec0`, "link set lo up", "link set vec0 up"];
  await host.run("ip", ["-batch", "-"], { input: `${network.join("\n")}\n` });
  await host.run("hostname", [host.name]);
  // A packet for which there is no memory at once ends the network of such a kernel until its cable is set up anew.
  await host.writeFile("/proc/sys/vm/min_free_kbytes", `${keptFreeKiB}\n`);
}

function addressOf(number: number): string {
  if (!Number.isInteger(number) || number < 1 || number > 99) throw new RangeError(`no host has the number ${number}`);
  return `10.99.0.${100 + number}`;
}

function notDone(host: string, program: string, reply: { is: string; reason?: string }): ProgramFailed {
  return new ProgramFailed(`${program} on ${host}`, { how: "could not be run", stderr: reply.reason ?? reply.is });
}

async function ip(network: string, ...args: string[]): Promise<void> {
  await runProgram("ip", ["-n", network, ...args]);
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof ProgramFailed && error.stderr.includes("Cannot find device"))) throw error;
}
