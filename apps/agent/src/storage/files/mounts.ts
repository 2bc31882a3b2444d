import { readdir } from "node:fs/promises";
import { basename } from "node:path";
import type { Clock } from "@yagura/std/clock.ts";
import { absentFiles } from "./absent-files.ts";
import { errnoOf } from "./errno.ts";
import type { FileChild } from "./file-child.ts";
import { asTrouble } from "./file-trouble.ts";
import { MountFiles } from "./mount-files.ts";
import { remoteFiles } from "./remote-files.ts";
import { routedFiles } from "./routed-files.ts";
import type { StorageFiles } from "./storage-files.ts";
import type { Probed } from "./worker/messages.ts";

interface MountsWorld {
  /** `mnt` of the repository. */
  readonly mountsDirectory: string;
  readonly clock: Clock;
  spawnChild(mountPath: string): FileChild;
}

interface KnownMount {
  readonly mount: MountFiles;
  readonly files: StorageFiles;
  readonly lookFiles: StorageFiles;
}

/** A server that has not answered a simple question in this time is none to put guests on. */
const PROBE_MS = 20_000;
/** Storage that lives has said something by then; who is in a hurry does not wait longer. */
const SILENT_MS = 5_000;
const SILENCE_LOOK_MS = 1_000;

/**
 * What is mounted below `mnt`, each with its own child for files. It knows what it is told: `add` after mounting, `remove`
 * before unmounting.
 */
export class Mounts {
  readonly #world: MountsWorld;
  readonly #known = new Map<string, KnownMount>();
  readonly #absent = new Map<string, StorageFiles>();

  constructor(world: MountsWorld) {
    this.#world = world;
  }

  add(target: string): void {
    this.#absent.delete(target);
    if (this.#known.has(target)) return;
    const { clock, spawnChild } = this.#world;
    const mount = new MountFiles({ mountPath: target, clock, spawnChild });
    this.#known.set(target, { mount, files: remoteFiles(mount), lookFiles: remoteFiles(mount, { isLook: true }) });
  }

  /** A place whose mount is to come back: until `add`, what is meant for it is refused. */
  addAbsent(target: string): void {
    this.#absent.set(target, absentFiles(target));
  }

  /** Resolves when no process of ours has a file of it open, or is past being waited for. */
  async remove(target: string): Promise<void> {
    this.#absent.delete(target);
    const known = this.#known.get(target);
    this.#known.delete(target);
    await known?.mount.close();
  }

  /** Looks at what is mounted as who will use it. @throws StorageError when it does not answer or is in trouble, FileCallFailed */
  async probe(target: string): Promise<Probed> {
    const known = this.#known.get(target);
    if (known === undefined) throw new Error(`${target} is no mount of ours`);
    try {
      return (await known.mount.run("probe", [], { timeoutMs: PROBE_MS })) as Probed;
    } catch (error) {
      throw asTrouble(error, target);
    }
  }

  /** The mount that a path is on. */
  findTarget(path: string): string | undefined {
    const place = this.#placeOf(path);
    return place !== undefined && this.#known.has(place) ? place : undefined;
  }

  /** All files of this host: those of mounts by their children, the others by `local`. */
  route(local: StorageFiles): StorageFiles {
    return this.#routeBy(local, ({ files }) => files);
  }

  /** The same, for looking whether the storage answers: with a shorter deadline, and without harm to what is under way. */
  routeLooks(local: StorageFiles): StorageFiles {
    return this.#routeBy(local, ({ lookFiles }) => lookFiles);
  }

  /** Resolves when no child that was killed because it did not answer can write any more: of the mount of a path, or of all. */
  async whenDead(path?: string): Promise<void> {
    const concerned = [...this.#known].filter(([target]) => path === undefined || target === this.#placeOf(path));
    await Promise.all(concerned.map(([, { mount }]) => mount.whenDead()));
  }

  /** Until aborted, ends each child that was asked something and says nothing. */
  async giveUpSilent(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      for (const { mount } of this.#known.values()) mount.endIfSilent(SILENT_MS);
      await this.#world.clock.sleep(SILENCE_LOOK_MS, until).catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#known.keys()].map((target) => this.remove(target)));
  }

  #routeBy(local: StorageFiles, choose: (known: KnownMount) => StorageFiles): StorageFiles {
    return routedFiles(local, {
      findMount: (path) => {
        const place = this.#placeOf(path) ?? "";
        const known = this.#known.get(place);
        return known === undefined ? this.#absent.get(place) : choose(known);
      },
      isBarePlace: (path) => this.#isBarePlace(path),
    });
  }

  /** `mnt/NAME` of a path at or below it. */
  #placeOf(path: string): string | undefined {
    const prefix = `${this.#world.mountsDirectory}/`;
    if (!path.startsWith(prefix)) return undefined;
    const [name = ""] = path.slice(prefix.length).split("/", 1);
    return name === "" ? undefined : `${prefix}${name}`;
  }

  /** Storage of this host is a link there; a directory by itself is a mount that is gone. */
  async #isBarePlace(path: string): Promise<boolean> {
    const place = this.#placeOf(path);
    if (place === undefined || place === path) return false;
    try {
      // What lies there is not asked: it may be dead storage, of which the agent does not know yet, or not any more.
      const entries = await readdir(this.#world.mountsDirectory, { withFileTypes: true });
      return entries.some((entry) => entry.name === basename(place) && entry.isDirectory());
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return false;
      throw error;
    }
  }
}
