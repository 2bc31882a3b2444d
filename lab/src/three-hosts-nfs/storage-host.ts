import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "@yagura/std/run-program.ts";
import { GiB } from "@yagura/std/units.ts";
import type { LabManager } from "../lab-manager.ts";
import type { Lab } from "../namespace-host.ts";
import { createDiskFile } from "../uml/disk-file.ts";
import { startLibvirt } from "../uml/libvirt.ts";
import { startSanlock, storageUser } from "../uml/sanlock.ts";
import { diskDevice, startUmlHost, type UmlHost } from "../uml/uml-host.ts";
import { sharedFolder } from "./nfs-server.ts";

const agentProgram = join(import.meta.dirname, "../../../apps/agent/src/main.ts");
const supervisor = join(import.meta.dirname, "keep-running.ts");

const memoryMiB = 700;
const diskBytes = 4 * GiB;
/** Where the host's own disk is, inside. */
const dataFolder = "/data";
/** Guests are on it; nothing else is. */
const guestBridge = "guests";

export interface StorageHostOptions {
  readonly lab: Lab;
  readonly manager: LabManager;
  /** Also the last digits of its address. */
  readonly number: number;
  /** The name under which the Manager knows it. */
  readonly title: string;
  /** A folder of its own, made here. */
  readonly directory: string;
  readonly ticket: string;
}

/** One host: a kernel with a watchdog, sanlock, libvirt and the agent, that can be switched off and on again. */
export class StorageHost implements AsyncDisposable {
  readonly title: string;
  /** Under which the Manager knows it. */
  readonly id = crypto.randomUUID();
  readonly #options: StorageHostOptions;
  #machine: UmlHost | undefined;

  private constructor(options: StorageHostOptions) {
    this.title = options.title;
    this.#options = options;
  }

  /** Makes its disk; `boot` switches it on. */
  static async create(options: StorageHostOptions): Promise<StorageHost> {
    const host = new StorageHost(options);
    await mkdir(host.shared, { recursive: true, mode: 0o755 });
    await writeFile(join(host.shared, "ticket"), options.ticket, { mode: 0o600 });
    await createDiskFile(host.#disk, diskBytes);
    await runProgram("mkfs.ext4", ["-q", "-F", "-m", "0", host.#disk]);
    return host;
  }

  /** The host while it is on. */
  get machine(): UmlHost {
    if (this.#machine === undefined) throw new Error(`host ${this.title} is off`);
    return this.#machine;
  }

  get isOn(): boolean {
    return this.#machine !== undefined;
  }

  /** The file that has what the agent logged, in all its lives. */
  get agentLog(): string {
    return join(this.shared, "agent.log");
  }

  /** Switches it on and starts everything on it. The Manager hears of it a few seconds later. */
  async boot(): Promise<void> {
    const { lab, number } = this.#options;
    await this.#machine?.powerCut();
    const machine = await startUmlHost({ lab, number, memoryMiB, disks: [{ path: this.#disk }] });
    this.#machine = machine;
    // Also when its watchdog did it.
    void machine.off.then(() => {
      if (this.#machine === machine) this.#machine = undefined;
    });
    await machine.run("mkdir", ["-p", dataFolder, sharedFolder]);
    await machine.run("mount", [diskDevice(0), dataFolder]);
    await machine.run("mount", ["-t", "hostfs", "none", sharedFolder, "-o", this.shared]);
    await machine.run("modprobe", ["-a", "nfs", "bridge", "tun"]);
    await machine.run("ip", ["link", "add", guestBridge, "type", "bridge"]);
    await machine.run("ip", ["link", "set", guestBridge, "up"]);
    await startSanlock(machine, storageUser);
    await startLibvirt(machine, { folder: join(dataFolder, "libvirt"), hostUuid: this.id });
    await this.#startAgent(machine);
  }

  /** Off, between two instructions. */
  async powerCut(): Promise<void> {
    await this.#machine?.powerCut();
    this.#machine = undefined;
  }

  /** Ends the agent, as sanlock does it; it starts again one second later. Guests go on. */
  async killAgent(): Promise<void> {
    await this.machine.run("pkill", ["-KILL", "-f", `^[^ ]+ ${agentProgram}`]);
  }

  /**
   * What is sent to this address of the lab is lost without a word, while all else of the network works: it goes to a
   * network card that nobody has.
   */
  async cutFrom(address: string): Promise<void> {
    const nobody = ["lladdr", "02:00:00:00:00:00", "dev", "vec0", "nud", "permanent"];
    await this.machine.run("ip", ["neighbour", "replace", address, ...nobody]);
  }

  async joinAgain(address: string): Promise<void> {
    await this.machine.run("ip", ["neighbour", "del", address, "dev", "vec0"]);
  }

  /** The last lines that its agent logged, for the report of a failed test. */
  async agentSaid(lines = 40): Promise<string> {
    const text = await readFile(this.agentLog, "utf8").catch(() => "");
    return `--- agent of ${this.title}:\n${text.trim().split("\n").slice(-lines).join("\n")}\n`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.powerCut();
  }

  async #startAgent(machine: UmlHost): Promise<void> {
    const { manager, title } = this.#options;
    const data = join(dataFolder, "agent");
    await machine.run("mkdir", ["-p", data]);
    await machine.writeFile(join(data, "host-id"), `${this.id}\n`);
    const flags = [
      ...["--data", data, "--name", title, "--address", machine.address, "--listen", machine.address],
      ...["--manager", manager.on.address, "--manager-https-port", "443", "--manager-http-port", "80"],
      ...["--manager-ca-fingerprint", manager.caFingerprint, "--ticket-file", join(sharedFolder, "ticket")],
      ...["--guest-network", `bridge:${guestBridge}`, "--repository", "/rhev/data-center"],
    ];
    const command = [supervisor, join(sharedFolder, "agent.log"), agentProgram, ...flags];
    const env = { NODE_COMPILE_CACHE: join(dataFolder, "compiled") };
    await machine.start(process.execPath, command, { log: join(sharedFolder, "supervisor.log"), env });
  }

  get #disk(): string {
    return join(this.#options.directory, "disk");
  }

  /** The folder that is `sharedFolder` on the host. */
  get shared(): string {
    return join(this.#options.directory, "shared");
  }
}
