import type { Clock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import { type JobId, newId, type SagaId, type UserId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import type { Db, Tx } from "../../db/database.ts";
import { endJob, insertJob, insertStep, updateRunningStep } from "../../db/queries/jobs.ts";
import { deleteLocksOf } from "../../db/queries/locks.ts";
import {
  findSagaStatus,
  insertJournalEntry,
  insertSaga,
  type JournalEntry,
  listJournal,
  listSagas,
  type SagaRecord,
  updateSaga,
} from "../../db/queries/sagas.ts";
import { transaction } from "../../db/transaction.ts";
import { driveSaga, type Journal } from "./drive-saga.ts";
import { lockResources, type Resource, refuseLocked } from "./lock-resources.ts";
import type { SagaDefinition, SagaOutcome } from "./saga.ts";

export interface SagaRequest {
  /** "Creating disk demo": what the job says, and what others are told whom its locks stop. */
  readonly description: string;
  readonly locks: readonly Resource[];
  readonly correlationId: string;
  readonly actorId?: UserId;
  /** Done in the transaction that starts the saga: last checks, and records that must be there at once. */
  readonly prepare?: (tx: Tx) => Promise<void>;
}

export interface StartedSaga {
  readonly sagaId: SagaId;
  readonly jobId: JobId;
  /** Never rejects; `undefined` when the Manager was stopped before the end. */
  readonly ended: Promise<SagaOutcome | undefined>;
}

export interface SagasOptions<Deps> {
  readonly db: Db;
  readonly deps: Deps;
  readonly clock: Clock;
  readonly log: Log;
  readonly isTransient: (error: unknown) => boolean;
  /** Called in the transaction in which a saga gets stuck: somebody must be told. */
  readonly onStuck?: (tx: Tx, saga: SagaRecord, error: string) => Promise<void>;
  /** All there are, to find those that a crash interrupted. */
  readonly registry: ReadonlyMap<string, SagaDefinition<never, Deps>>;
}

/** What the step of a job says that nobody has said more of. */
const EXECUTING = "Executing";

/** So long after a try the undo of one that is stuck is tried again. */
const STUCK_RETRY_MS = 5 * 60_000;

/** The sagas of this Manager: starts them, drives them, and after a restart goes on where they were. */
export class Sagas<Deps> {
  readonly #options: SagasOptions<Deps>;
  readonly #stop = new AbortController();
  readonly #driven = new Map<SagaId, Promise<SagaOutcome | undefined>>();
  /** Written, or about to be, by `start`: not for `recover`. */
  readonly #starting = new Set<SagaId>();
  /** Left by another version; told once. */
  readonly #unknown = new Set<SagaId>();
  /** When one that is stuck was tried last, in monotonic milliseconds. */
  readonly #stuckSinceMs = new Map<SagaId, number>();

  constructor(options: SagasOptions<Deps>) {
    this.#options = options;
  }

  /**
   * Writes the saga down, with its locks and its job, in one transaction; then drives it without being waited for.
   * @param params or what chooses them within that transaction, when they depend on what nobody may change meanwhile.
   * @throws ResourceLocked, and whatever `params` and `prepare` throw: nothing has happened then.
   */
  async start<Params extends object>(
    definition: SagaDefinition<Params, Deps>,
    params: Params | ((tx: Tx) => Promise<Params>),
    request: SagaRequest,
  ): Promise<StartedSaga> {
    const { db, clock } = this.#options;
    this.#stop.signal.throwIfAborted();
    const [sagaId, jobId, atMs] = [newId<SagaId>(), newId<JobId>(), clock.nowMs()];
    const unplanned: Omit<SagaRecord, "params"> = {
      id: sagaId,
      name: definition.name,
      status: "running",
      jobId,
      correlationId: request.correlationId,
      ...(request.actorId !== undefined && { actorId: request.actorId }),
      createdAtMs: atMs,
    };
    this.#starting.add(sagaId);
    const write = transaction(db, async (tx) => {
      await refuseLocked(tx, request.locks);
      const record = { ...unplanned, params: typeof params === "function" ? await params(tx) : params };
      await request.prepare?.(tx);
      await insertSaga(tx, record);
      await lockResources(tx, sagaId, request.locks, request.description);
      await insertJob(tx, {
        id: jobId,
        description: request.description,
        status: "started",
        startedAtMs: atMs,
        updatedAtMs: atMs,
        ...(request.actorId !== undefined && { ownerId: request.actorId }),
        correlationId: request.correlationId,
        isExternal: false,
        isAutoCleared: true,
      });
      const step = { jobId, startedAtMs: atMs, isExternal: false };
      await insertStep(tx, {
        ...step,
        id: newId(),
        number: 1,
        type: "validating",
        description: "Validating",
        status: "finished",
        endedAtMs: atMs,
      });
      await insertStep(tx, {
        ...step,
        id: newId(),
        number: 2,
        type: "executing",
        description: EXECUTING,
        status: "started",
      });
      return record;
    });
    try {
      const record = await write;
      return { sagaId, jobId, ended: this.#drive(record, definition as SagaDefinition<unknown, Deps>, "started") };
    } finally {
      this.#starting.delete(sagaId);
    }
  }

  /**
   * Goes on with every saga that has not ended; with those that are stuck at the start, and then after a while each: somebody
   * may have mended the cause. Returns their number; does not wait for them.
   */
  async recover(): Promise<number> {
    const { db, registry, log } = this.#options;
    const unended = await listSagas(db, ["running", "undoing", "stuck"]);
    const found = unended.filter(({ id }) => !this.#driven.has(id) && !this.#starting.has(id) && this.#isDue(id));
    let count = 0;
    for (const record of found) {
      const definition = registry.get(record.name) as SagaDefinition<unknown, Deps> | undefined;
      if (definition !== undefined) {
        void this.#drive(record, definition, "recovered");
        count++;
      } else if (!this.#unknown.has(record.id)) {
        this.#unknown.add(record.id);
        log.error("there is no such saga any more; its locks stay", { saga: record.name, sagaId: record.id });
      }
    }
    return count;
  }

  /** What has just been done may be what those that are stuck wait for: the next `recover` tries them. */
  hurryStuck(): void {
    this.#stuckSinceMs.clear();
  }

  /** How many are under way. */
  get count(): number {
    return this.#driven.size;
  }

  /** Stops driving, between or within steps; nothing is undone. */
  async close(): Promise<void> {
    this.#stop.abort(new Error("the Manager is stopping"));
    await Promise.all(this.#driven.values());
  }

  #isDue(sagaId: SagaId): boolean {
    const triedAtMs = this.#stuckSinceMs.get(sagaId);
    return triedAtMs === undefined || this.#options.clock.monotonicMs() - triedAtMs >= STUCK_RETRY_MS;
  }

  #drive(
    record: SagaRecord,
    definition: SagaDefinition<unknown, Deps>,
    how: "started" | "recovered",
  ): Promise<SagaOutcome | undefined> {
    const driven = this.#driveToEnd(record, definition, how).catch((error: unknown) => {
      // Stopped, or the database is gone: the next start goes on from the journal.
      if (!this.#stop.signal.aborted) {
        this.#options.log.error("a saga was interrupted", { sagaId: record.id, error: describeError(error) });
      }
      return undefined;
    });
    this.#driven.set(record.id, driven);
    return driven.finally(() => this.#driven.delete(record.id));
  }

  async #driveToEnd(
    record: SagaRecord,
    definition: SagaDefinition<unknown, Deps>,
    how: "started" | "recovered",
  ): Promise<SagaOutcome> {
    const { deps, clock, isTransient } = this.#options;
    const log = this.#options.log.with({ sagaId: record.id });
    const outcome = await driveSaga({
      definition,
      params: record.params,
      deps,
      journal: await this.#openJournal(record.id),
      correlationId: record.correlationId,
      clock,
      log,
      signal: this.#stop.signal,
      isTransient,
      tellWait: this.#tellerOf(record, how),
    });
    await this.#end(record, definition, outcome);
    if (outcome.outcome === "stuck") {
      this.#stuckSinceMs.set(record.id, clock.monotonicMs());
      log.error("a saga is stuck; its locks stay", { error: outcome.error });
    } else this.#stuckSinceMs.delete(record.id);
    return outcome;
  }

  /** Written only when it changes. What is shown of one that is recovered, another Manager has written. */
  #tellerOf({ jobId }: SagaRecord, how: "started" | "recovered"): (what: string | undefined) => Promise<void> {
    const { db } = this.#options;
    let told = how === "started" ? EXECUTING : undefined;
    return async (what = EXECUTING) => {
      if (what === told || jobId === undefined) return;
      await transaction(db, (tx) => updateRunningStep(tx, jobId, { description: what }));
      told = what;
    };
  }

  /** A saga whose end cannot be told has ended all the same: nothing stays locked because of an event. */
  async #end(record: SagaRecord, definition: SagaDefinition<unknown, Deps>, outcome: SagaOutcome): Promise<void> {
    try {
      await this.#recordEnd(record, definition, outcome);
    } catch (error) {
      // The database is away, or this Manager stops: the end is recorded, and told, by the next try.
      if (this.#stop.signal.aborted || this.#options.isTransient(error)) throw error;
      const words = { saga: record.name, sagaId: record.id, error: describeError(error) };
      this.#options.log.error("how a saga ended cannot be told; it has ended", words);
      await this.#recordEnd(record, { ...definition, ended: async () => undefined }, outcome);
    }
  }

  async #recordEnd(record: SagaRecord, definition: SagaDefinition<unknown, Deps>, outcome: SagaOutcome): Promise<void> {
    const { db, clock, deps, onStuck } = this.#options;
    const { params, correlationId } = record;
    const failure = outcome.outcome === "succeeded" ? undefined : outcome.error;
    await transaction(db, async (tx) => {
      // `recover` may have read it just before it ended; and one that is stuck again has nothing new to tell.
      const before = await findSagaStatus(tx, record.id);
      if (before === "succeeded" || before === "failed" || before === outcome.outcome) return;
      const atMs = clock.nowMs();
      await updateSaga(tx, record.id, {
        status: outcome.outcome,
        endedAtMs: atMs,
        ...(failure !== undefined && { error: failure }),
      });
      if (outcome.outcome === "stuck") await onStuck?.(tx, record, outcome.error);
      else await deleteLocksOf(tx, record.id);
      if (record.jobId !== undefined) {
        const status = failure === undefined ? "finished" : "failed";
        await endJob(tx, record.jobId, { status, atMs, ...(failure !== undefined && { failure }) });
      }
      await definition.ended?.(tx, { params, deps, correlationId, outcome });
    });
  }

  async #openJournal(sagaId: SagaId): Promise<Journal> {
    const { db, clock } = this.#options;
    const entries: JournalEntry[] = await listJournal(db, sagaId);
    return {
      entries,
      async append({ step, event, output }) {
        const entry: JournalEntry = { number: entries.length, step, event, output, atMs: clock.nowMs() };
        await transaction(db, async (tx) => {
          await insertJournalEntry(tx, sagaId, entry);
          if (event === "failed") await updateSaga(tx, sagaId, { status: "undoing", error: String(output) });
        });
        entries.push(entry);
      },
    };
  }
}
