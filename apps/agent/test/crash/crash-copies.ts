import { access, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { type LabSanlock, startSanlock } from "@yagura/lab/sanlock/start-sanlock.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import { type CrashPlace, furnish, pathsBelow } from "./fixture.ts";

/** Gives each run a storage as it was furnished. */
export interface CrashCopies extends AsyncDisposable {
  use<T>(work: (place: CrashPlace) => Promise<T>): Promise<T>;
}

/** A copy of its own for each run; several at once. */
export class LocalCopies implements CrashCopies {
  readonly #furnished: CrashPlace;
  readonly #directory: string;

  constructor(furnished: CrashPlace, directory: string) {
    this.#furnished = furnished;
    this.#directory = directory;
  }

  async use<T>(work: (place: CrashPlace) => Promise<T>): Promise<T> {
    const directory = await mkdtemp(join(this.#directory, "run-"));
    try {
      await copyAll(Object.values(pathsBelow(this.#furnished).storage), directory);
      return await work({ directory });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // All of it lies in the directory of the lab.
  }
}

/** What sanlock has open as long as the host is a member. */
const ofSanlock = ["ids", "leases"];

/**
 * One place that is laid anew before each run. The host stays a member of the lockspaces, since joining takes 5 s: so what
 * sanlock has open stays where it is.
 */
export class SharedCopies implements CrashCopies {
  readonly #place: CrashPlace;
  readonly #furnishedPath: string;
  readonly #daemon: LabSanlock;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(place: CrashPlace, furnishedPath: string, daemon: LabSanlock) {
    this.#place = place;
    this.#furnishedPath = furnishedPath;
    this.#daemon = daemon;
  }

  static async open(directory: string): Promise<SharedCopies> {
    const daemon = await startSanlock(join(directory, "sanlock"), "host-1");
    const place = { directory: join(directory, "run"), sanlockSocket: daemon.socketPath };
    const furnishedPath = join(directory, "furnished");
    await mkdir(furnishedPath);
    await furnish(place);
    await copyAll(Object.values(pathsBelow(place).storage), furnishedPath);
    return new SharedCopies(place, furnishedPath, daemon);
  }

  use<T>(work: (place: CrashPlace) => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      await this.#layAnew();
      return work(this.#place);
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon.kill();
  }

  async #layAnew(): Promise<void> {
    for (const [name, path] of Object.entries(pathsBelow(this.#place).storage)) {
      await removeAllBut(path, ofSanlock);
      if (await isThere(path)) await removeForeign(path, join(this.#furnishedPath, name));
      await runProgram("cp", [
        "-a",
        "--sparse=always",
        "--no-clobber",
        join(this.#furnishedPath, name),
        join(path, ".."),
      ]);
    }
  }
}

/** With holes, and with hard links, which a copy by Node would not keep. */
async function copyAll(paths: readonly string[], target: string): Promise<void> {
  await runProgram("cp", ["-a", "--sparse=always", ...paths, target]);
}

/** Removes all files but those of these names. */
async function removeAllBut(path: string, names: readonly string[]): Promise<void> {
  if (!(await isThere(path))) return;
  const kept = names.flatMap((name) => ["!", "-name", name]);
  await runProgram("find", [path, "-mindepth", "1", "!", "-type", "d", ...kept, "-delete"]);
}

/** Of what was kept, the files that are not among those of the furnished storage: they are of domains that a run made. */
async function removeForeign(path: string, furnishedPath: string): Promise<void> {
  const kept = await readdir(path, { recursive: true, withFileTypes: true });
  for (const { parentPath, name } of kept.filter((entry) => !entry.isDirectory())) {
    const file = join(parentPath, name);
    if (!(await isThere(join(furnishedPath, relative(path, file))))) await rm(file);
  }
  await runProgram("find", [path, "-mindepth", "1", "-depth", "-type", "d", "-empty", "-delete"]);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
