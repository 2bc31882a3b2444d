import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { poll } from "@yagura/std/poll.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import { examineDomain, type Finding, findDomains } from "@yagura/storage-doctor";
import { openStorage } from "../../src/storage/open-storage.ts";
import type { Storage } from "../../src/storage/storage.ts";
import type { FaultName } from "./faults.ts";
import { becomeSpm, connectAll, furnish, pathsBelow } from "./fixture.ts";
import { type Operation, type OperationName, operations } from "./operations.ts";
import { isSamePoint, type Point } from "./points.ts";
import { runWorker, type WorkerRun } from "./run-worker.ts";
import { readStorageState } from "./storage-state.ts";
import type { PointReport, WorkerJob } from "./worker.ts";

/** One operation as it is without a crash: where it can die, and what it makes of the storage. */
export interface Recording {
  readonly operation: OperationName;
  readonly points: readonly PointReport[];
  readonly before: string;
  readonly after: string;
}

/** Something that a crash left behind, or lost. */
export interface Wrong {
  readonly operation: OperationName;
  readonly point: Point;
  readonly why: string;
}

/** Runs operations on copies of one furnished storage, with crashes and without. */
export class CrashLab implements AsyncDisposable {
  readonly #directory: string;
  /** Of operations that prepare nothing. */
  #plain: Promise<string> | undefined;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open(): Promise<CrashLab> {
    const directory = await mkdtemp(join(tmpdir(), "yagura-crash-"));
    await furnish(join(directory, "furnished"));
    return new CrashLab(directory);
  }

  /** A run to the end, and what the next SPM finds then. @throws Error when the operation does not go through */
  async record(operation: OperationName, fault?: FaultName): Promise<Recording> {
    const before = await this.#stateBefore(operation);
    return this.#onCopy(async (directory) => {
      const run = await this.#work({ directory, operation, ...(fault !== undefined && { fault }) });
      completed(run, operation);
      const after = await recovered(directory, () => readStorageState(directory));
      return { operation, points: run.points, before, after };
    });
  }

  /** Lets the process die at one point. @returns what is wrong afterwards */
  async crashAt({ operation, before, after }: Recording, point: Point, fault?: FaultName): Promise<Wrong[]> {
    return this.#onCopy(async (directory) => {
      const dieAt = { label: point.label, before: point.before };
      const run = await this.#work({ directory, operation, dieAt, ...(fault !== undefined && { fault }) });
      const wrong: string[] = [];
      if (!run.points.some((reached) => isSamePoint(reached, point))) {
        const last = run.points.at(-1);
        wrong.push(`the point was not reached; the last was ${last?.label ?? "none"}${run.failed ?? ""}`);
      }
      await recovered(directory, async (storage) => {
        wrong.push(...(await checkRecovery(directory, { before, after }, operations[operation])));
        wrong.push(...(await checkRepeat(storage, directory, { after }, operations[operation])));
      }).catch((error: unknown) =>
        wrong.push(`the next SPM failed: ${error instanceof Error ? error.message : error}`),
      );
      return wrong.map((why) => ({ operation, point, why }));
    });
  }

  #work(job: WorkerJob): Promise<WorkerRun> {
    return runWorker(job, join(this.#directory, "cache"));
  }

  #stateBefore(operation: OperationName): Promise<string> {
    const read = (): Promise<string> =>
      this.#onCopy(async (directory) => {
        completed(await this.#work({ directory, operation, onlyPrepares: true }), operation);
        return recovered(directory, () => readStorageState(directory));
      });
    if (operations[operation].prepare !== undefined) return read();
    this.#plain ??= read();
    return this.#plain;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Paths are part of records (a domain says where it is): each copy lies at a place of the same length. */
  async #onCopy<T>(use: (directory: string) => Promise<T>): Promise<T> {
    const directory = await mkdtemp(join(this.#directory, "run-"));
    try {
      // With its holes, and with its hard links, which a copy by Node would not keep.
      const names = Object.keys(pathsBelow(directory).storage);
      const furnished = join(this.#directory, "furnished");
      await runProgram("cp", ["-a", "--sparse=always", ...names.map((name) => join(furnished, name)), directory]);
      return await use(directory);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
}

function completed(run: WorkerRun, operation: OperationName): void {
  if (run.failed !== undefined || !run.isDone) throw new Error(`${operation}: ${run.failed ?? "it died"}`);
}

/** Completely there, or completely undone, or, where that is how it is meant, marked as not to be trusted. */
async function checkRecovery(
  directory: string,
  { before, after }: Pick<Recording, "before" | "after">,
  { leaves = [], changes = [] }: Operation,
): Promise<string[]> {
  const state = await readStorageState(directory);
  const findings = await findAll(directory);
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
  directory: string,
  { after }: Pick<Recording, "after">,
  { act, ends = [], countsAttempts = false }: Operation,
): Promise<string[]> {
  const counted = (text: string): string => (countsAttempts ? text.replaceAll(/GEN=\d+/g, "GEN") : text);
  // One that was done already is refused: what counts is what is there then.
  const refused = await act(storage, pathsBelow(directory)).then(
    (result) => JSON.stringify(result),
    (error: unknown) => String(error),
  );
  const unsettled = storage.tasks
    .listStatuses()
    .filter(({ state, result }) => state !== "finished" || result === "cleanFailure");
  return [
    ...describe((await findAll(directory)).filter(({ kind }) => !ends.includes(kind))),
    ...compare(counted(await readStorageState(directory)), [counted(after)]).map(
      (line) => `after another attempt (${refused}): ${line}`,
    ),
    ...unsettled.map(({ state, result, message }) => `a task is ${state} ${result}: ${message}`),
  ];
}

async function findAll(directory: string): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const place of Object.values(pathsBelow(directory).storage)) {
    for (const domain of await findDomains(place)) {
      found.push(...(await examineDomain(domain, { checksContents: true })).findings);
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
async function recovered<T>(directory: string, use: (storage: Storage) => Promise<T>): Promise<T> {
  const paths = pathsBelow(directory);
  await using storage = await openStorage(paths.options);
  await connectAll(storage, paths);
  // The kernel may need a moment to let go of the dead process's lock.
  await poll(
    "the role to be free",
    async () =>
      await becomeSpm(storage).then(
        () => true,
        (error: unknown) => {
          if (!String(error).includes("another agent")) throw error;
          return false;
        },
      ),
    { timeoutMs: 10_000, everyMs: 20 },
  );
  return await use(storage);
}
