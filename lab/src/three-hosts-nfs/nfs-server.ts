import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { GiB } from "@yagura/std/units.ts";
import type { Lab } from "../namespace-host.ts";
import { createDiskFile } from "../uml/disk-file.ts";
import { type ExportOptions, exportFolder, serveNfs, withdrawExport } from "../uml/nfs.ts";
import { diskDevice, startUmlHost, type UmlHost } from "../uml/uml-host.ts";

/** Where hosts of this lab have a folder of this machine, in which both see at once what the other one wrote. */
export const sharedFolder = "/lab";

const memoryMiB = 640;
const diskBytes = 16 * GiB;

export interface NfsServerOptions {
  readonly lab: Lab;
  readonly number: number;
  /** A folder of its own, made here: its disk, and the folder `shared`. */
  readonly directory: string;
}

/** The storage of the lab: exports that are the same again after the server was switched off and on. */
export class NfsServer implements AsyncDisposable {
  readonly #options: NfsServerOptions;
  readonly #exports = new Map<string, ExportOptions>();
  #machine: UmlHost | undefined;

  private constructor(options: NfsServerOptions) {
    this.#options = options;
  }

  /** Switches on a server with an empty disk. */
  static async start(options: NfsServerOptions): Promise<NfsServer> {
    const server = new NfsServer(options);
    await mkdir(server.shared, { recursive: true, mode: 0o755 });
    await createDiskFile(server.#disk, diskBytes);
    await server.#boot({ isNew: true });
    return server;
  }

  /** The folder that is `sharedFolder` on the server. */
  get shared(): string {
    return join(this.#options.directory, "shared");
  }

  /** The server while it is on. */
  get machine(): UmlHost {
    if (this.#machine === undefined) throw new Error("the NFS server is off");
    return this.#machine;
  }

  /** Exports a folder, or the same one with other options. */
  async add(name: string, options: ExportOptions = {}): Promise<void> {
    await exportFolder(this.machine, name, options);
    this.#exports.set(name, options);
  }

  /** Takes an export away from its clients; `add` gives it back. */
  async withdraw(name: string): Promise<void> {
    await withdrawExport(this.machine, name);
    this.#exports.delete(name);
  }

  async powerCut(): Promise<void> {
    await this.#machine?.powerCut();
    this.#machine = undefined;
  }

  async bootAgain(): Promise<void> {
    await this.powerCut();
    await this.#boot({ isNew: false });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.powerCut();
  }

  async #boot({ isNew }: { readonly isNew: boolean }): Promise<void> {
    const { lab, number } = this.#options;
    const machine = await startUmlHost({ lab, number, memoryMiB, disks: [{ path: this.#disk }] });
    this.#machine = machine;
    await machine.run("mkdir", ["-p", sharedFolder]);
    await machine.run("mount", ["-t", "hostfs", "none", sharedFolder, "-o", this.shared]);
    await serveNfs(machine, diskDevice(0), { isNew, exports: this.#exports });
  }

  get #disk(): string {
    return join(this.#options.directory, "disk");
  }
}
