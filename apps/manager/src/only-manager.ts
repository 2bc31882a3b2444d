import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "@yagura/std/clock.ts";
import { withDeadline } from "@yagura/std/deadline.ts";
import { poll } from "@yagura/std/poll.ts";
import { Client } from "pg";
import { CannotOpenDatabase } from "./db/open-database.ts";

/** Another Manager works on the same data directory, or the same database. */
export class AnotherManagerRuns extends Error {
  override readonly name = "AnotherManagerRuns";
}

/** The database does not know any more that this is its Manager: another one may be. */
export class ClaimLost extends Error {
  override readonly name = "ClaimLost";
}

/**
 * Makes sure that this is the only Manager of the directory: by a lock that the kernel gives free when the process ends,
 * however it ends.
 * @throws AnotherManagerRuns
 */
export function lockDirectory(directory: string): { release(): void } {
  const lock = new DatabaseSync(join(directory, "manager.lock"));
  try {
    lock.exec("pragma locking_mode = exclusive; begin exclusive");
  } catch (cause) {
    lock.close();
    throw new AnotherManagerRuns(`another Manager runs with the data directory ${directory}`, { cause });
  }
  return { release: () => lock.close() };
}

/** "yagu": an advisory lock is a number, in one database. */
const CLAIM = 0x79616775;
/** A Manager that was killed a moment ago is forgotten by the server within this. */
const PATIENCE_MS = 5000;
const LOOK_MS = 5000;
const ANSWER_MS_MAX = 10_000;

export interface Claim {
  /** Settles when the claim is lost, never when it is released. Whoever had it must do nothing more. */
  readonly lost: Promise<ClaimLost>;
  release(): Promise<void>;
}

/**
 * Makes sure that this is the only Manager of a PostgreSQL database: by an advisory lock of a connection that is kept for
 * life. It must reach the server itself; a pooler that shares sessions (pgbouncer's transaction mode) would share the lock.
 * @throws AnotherManagerRuns, CannotOpenDatabase
 */
export async function claimPostgres(url: string, clock: Clock): Promise<Claim> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: ANSWER_MS_MAX, keepAlive: true });
  const { promise: lost, resolve } = Promise.withResolvers<ClaimLost>();
  const stop = new AbortController();
  const lose = (cause?: unknown): void => {
    if (!stop.signal.aborted) resolve(new ClaimLost("the connection that holds the database ended", { cause }));
  };
  client.on("error", lose);
  client.on("end", () => lose());
  try {
    await client.connect();
  } catch (cause) {
    throw new CannotOpenDatabase("cannot reach the PostgreSQL server", { cause });
  }
  try {
    await poll("the claim of the database", () => tryLock(client), { timeoutMs: PATIENCE_MS, everyMs: 250, clock });
  } catch (cause) {
    stop.abort();
    await client.end();
    throw new AnotherManagerRuns("another Manager runs with the same database", { cause });
  }
  const watching = watch(client, clock, stop.signal).catch(lose);
  return {
    lost,
    async release() {
      stop.abort();
      await watching;
      await client.end().catch(() => undefined);
    },
  };
}

async function tryLock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>("select pg_try_advisory_lock($1) as locked", [CLAIM]);
  return rows[0]?.locked === true;
}

/** A server that is cut off says nothing: it is asked, and must answer. Ends only with an error or the signal. */
async function watch(client: Client, clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
    if (signal.aborted) return;
    await withDeadline("an answer of the database", ANSWER_MS_MAX, () => client.query("select 1"));
  }
}
