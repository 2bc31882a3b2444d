import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { poll } from "@yagura/std/poll.ts";
import { examineDomain, type Finding, findDomains } from "@yagura/storage-doctor";
import { openStorage } from "../../src/storage/open-storage.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { type AnyOperationName, findOperation } from "./all-operations.ts";
import { type CrashCopies, LocalCopies, SharedCopies } from "./crash-copies.ts";
import type { FaultName } from "./faults.ts";
import { becomeSpm, type CrashPlace, connectAll, furnish, pathsBelow } from "./fixture.ts";
import type { Operation } from "./operation.ts";
import { isSamePoint, type Point } from "./points.ts";
import { runWorker, type WorkerRun } from "./run-worker.ts";
import { readStorageState } from "./storage-state.ts";
import type { PointReport, WorkerJob } from "./worker.ts";

const SETTLED_MS = 60_000;
/** How often depends on the versions that the leases have from runs before: a run may do without, and ends. */
export const timesDiffer = /sanlock (acquire|release) /;
const ATTEMPTS = 3;

/** One operation as it is without a crash: where it can die, and what it makes of the storage. */
export interface Recording {
  readonly operation: AnyOperationName;
  readonly points: readonly PointReport[];
  readonly before: string;
  readonly after: string;
}

/** Something that a crash left behind, or lost. */
export interface Wrong {
  readonly operation: AnyOperationName;
  readonly point: Point;
  readonly why: string;
}

/** Runs operations on copies of one furnished storage, with crashes and without. */
export class CrashLab implements AsyncDisposable {
  readonly #directory: string;
  readonly #copies: CrashCopies;
  /** Of operations that prepare nothing. */
  #plain: Promise<string> | undefined;

  private constructor(directory: string, copies: CrashCopies) {
    this.#directory = directory;
    this.#copies = copies;
  }

  /** With the storage of one host. */
  static async open(): Promise<CrashLab> {
    const directory = await mkdtemp(join(tmpdir(), "yagura-crash-"));
    const furnished = { directory: join(directory, "furnished") };
    await furnish(furnished);
    return new CrashLab(directory, new LocalCopies(furnished, directory));
  }

  /** With shared storage, and a sanlock of its own: one run after the other. */
  static async openShared(): Promise<CrashLab> {
    // O_DIRECT is refused on the tmpfs that /tmp may be.
    const directory = await mkdtemp(join("/var/tmp", "yagura-crash-"));
    return new CrashLab(directory, await SharedCopies.open(directory));
  }

  /** A run to the end, and what the next SPM finds then. @throws Error when the operation does not go through */
  async record(operation: AnyOperationName, fault?: FaultName): Promise<Recording> {
    const before = await this.#stateBefore(operation);
    return this.#onCopy(operation, async (place) => {
      const run = await this.#work({ place, operation, ...(fault !== undefined && { fault }) });
      completed(run, operation);
      const after = await recovered(place, () => readStorageState(place));
      return { operation, points: run.points, before, after };
    });
  }

  /**
   * Lets the process die at one point, which may want several runs: which of two things that happen at once is first differs
   * from run to run. @returns what is wrong afterwards
   */
  async crashAt(recording: Recording, point: Point, fault?: FaultName): Promise<Wrong[]> {
    const wrong: string[] = [];
    for (let count = 1; ; count++) {
      const run = await this.#crashOnce(recording, point, fault);
      wrong.push(...run.wrong);
      if (run.unreached !== undefined && count < ATTEMPTS) continue;
      if (run.unreached !== undefined) wrong.push(run.unreached);
      return wrong.map((why) => ({ operation: recording.operation, point, why }));
    }
  }

  #crashOnce(
    { operation, before, after }: Recording,
    point: Point,
    fault?: FaultName,
  ): Promise<{ readonly wrong: readonly string[]; readonly unreached?: string }> {
    return this.#onCopy(operation, async (place) => {
      const dieAt = { label: point.label, before: point.before };
      const run = await this.#work({ place, operation, dieAt, ...(fault !== undefined && { fault }) });
      const wrong: string[] = [];
      const isReached = run.points.some((reached) => isSamePoint(reached, point));
      const last = run.points.at(-1)?.label ?? "none";
      await recovered(place, async (storage) => {
        wrong.push(...(await checkRecovery(place, { before, after }, findOperation(operation))));
        wrong.push(...(await checkRepeat(storage, place, { after }, findOperation(operation))));
      }).catch((error: unknown) =>
        wrong.push(`the next SPM failed: ${error instanceof Error ? error.message : error}`),
      );
      if (isReached) return { wrong };
      return { wrong, unreached: `the point was not reached; the last was ${last}${run.failed ?? ""}` };
    });
  }

  #work(job: WorkerJob): Promise<WorkerRun> {
    return runWorker(job, join(this.#directory, "cache"));
  }

  #stateBefore(operation: AnyOperationName): Promise<string> {
    const read = (): Promise<string> =>
      this.#onCopy(operation, async (place) => {
        completed(await this.#work({ place, operation, onlyPrepares: true }), operation);
        return recovered(place, () => readStorageState(place));
      });
    if (findOperation(operation).prepare !== undefined) return read();
    this.#plain ??= read();
    return this.#plain;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#copies[Symbol.asyncDispose]();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #onCopy<T>(operation: AnyOperationName, use: (place: CrashPlace) => Promise<T>): Promise<T> {
    const { endsMemberships = false } = findOperation(operation);
    return this.#copies.use((place) => use({ ...place, endsMemberships }));
  }
}

function completed(run: WorkerRun, operation: AnyOperationName): void {
  if (run.failed !== undefined || !run.isDone) throw new Error(`${operation}: ${run.failed ?? "it died"}`);
}

/** Completely there, or completely undone, or, where that is how it is meant, marked as not to be trusted. */
async function checkRecovery(
  place: CrashPlace,
  { before, after }: Pick<Recording, "before" | "after">,
  { leaves = [], changes = [] }: Operation,
): Promise<string[]> {
  const state = await readStorageState(place);
  const findings = await findAll(place);
  const isMeant = ({ kind }: Finding): boolean => leaves.includes(kind);
  const meant = findings.filter(isMeant);
  const marked = [...meant.flatMap(({ volumeId }) => volumeId ?? []), ...changes];
  const isMarked = (line: string): boolean =>
    marked.some((volumeId) => line.includes(volumeId)) || (isUnfinished(line) && leaves.includes("unfinished-text"));
  const unmarked = (text: string): string => without(text, isMarked);
  return [
    ...describe(findings.filter((found) => !isMeant(found))),
    ...compare(unmarked(state), [before, after].map(unmarked)),
  ];
}

/** A record, or a whole domain, that was made beside its place, or was put there to be removed. */
function isUnfinished(line: string): boolean {
  return /^\S*(\.new|\/\.(creating|removing)-\S*) /.test(line);
}

function without(text: string, isMeant: (line: string) => boolean): string {
  return text
    .split("\n")
    .filter((line) => !isMeant(line))
    .join("\n");
}

/** Whatever it was, asking again has the effect that was wanted. */
async function checkRepeat(
  storage: Storage,
  place: CrashPlace,
  { after }: Pick<Recording, "after">,
  { act, ends = [], countsAttempts = false }: Operation,
): Promise<string[]> {
  const counted = (text: string): string => (countsAttempts ? text.replaceAll(/GEN=\d+/g, "GEN") : text);
  // One that was done already is refused: what counts is what is there then.
  const refused = await act(storage, pathsBelow(place)).then(
    (result) => JSON.stringify(result),
    (error: unknown) => String(error),
  );
  const unsettled = storage.tasks
    .listStatuses()
    .filter(({ state, result }) => state !== "finished" || result === "cleanFailure");
  return [
    ...describe((await findAll(place)).filter(({ kind }) => !ends.includes(kind))),
    ...compare(counted(await readStorageState(place)), [counted(after)]).map(
      (line) => `after another attempt (${refused}): ${line}`,
    ),
    ...unsettled.map(({ state, result, message }) => `a task is ${state} ${result}: ${message}`),
  ];
}

async function findAll(place: CrashPlace): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const path of Object.values(pathsBelow(place).storage)) {
    for (const domain of await findDomains(path)) {
      const { findings } = await examineDomain(domain, { checksContents: true });
      // Whose they are is not what is tried: the one user of this process.
      found.push(...findings.filter(({ kind }) => kind !== "wrong-owner"));
    }
  }
  return found;
}

function describe(findings: readonly Finding[]): string[] {
  return findings.map(({ kind, what }) => `the doctor finds: ${kind}: ${what}`);
}

/** What there is of neither of the states that are right. */
function compare(state: string, wanted: readonly string[]): string[] {
  if (wanted.includes(state)) return [];
  const [lines, ...all] = [state, ...wanted].map((text) => text.split("\n"));
  const differences = all.map((right) => [
    ...(lines ?? []).filter((line) => !right.includes(line)).map((line) => `+ ${line}`),
    ...right.filter((line) => !(lines ?? []).includes(line)).map((line) => `- ${line}`),
  ]);
  const least = differences.toSorted((a, b) => a.length - b.length)[0] ?? [];
  return [`the storage is neither as before nor as after:\n    ${least.join("\n    ")}`];
}

/** A process that was not there before becomes SPM, as another host would. */
async function recovered<T>(place: CrashPlace, use: (storage: Storage) => Promise<T>): Promise<T> {
  const paths = pathsBelow(place);
  await using storage = await openStorage(paths.options);
  await connectAll(storage, paths);
  // The kernel may need a moment to let go of the dead process's lock.
  await poll(
    "the role to be free",
    async () =>
      await becomeSpm(storage).then(
        () => true,
        (error: unknown) => {
          if (!/another agent|is the SPM of domain/.test(String(error))) throw error;
          return false;
        },
      ),
    { timeoutMs: 10_000, everyMs: 20 },
  );
  // What takes longer goes on while there is an SPM again.
  await poll(
    "all that was begun to be settled",
    () => storage.tasks.listStatuses().every(({ state }) => state === "finished"),
    {
      timeoutMs: SETTLED_MS,
      everyMs: 20,
    },
  );
  return await use(storage);
}
