// `npm run look`: what is under way in a Manager, read from its database beside it. Changes nothing, asks nobody.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { describeError } from "@yagura/std/describe-error.ts";
import { Command, CommanderError } from "commander";
import { readConfig } from "./config.ts";
import { openReading } from "./db/open-reading.ts";
import { listLocksOf } from "./db/queries/locks.ts";
import { listJournal, listSagas } from "./db/queries/sagas.ts";

/** One saga that has not ended, or that somebody must look at. */
interface Look {
  readonly saga: string;
  readonly id: string;
  readonly status: string;
  readonly since: string;
  readonly job?: string;
  /** The last entry of its journal: the step that it is at, and how far that is. */
  readonly at: string;
  readonly locks: readonly string[];
  readonly error?: string;
}

async function main(args: readonly string[]): Promise<void> {
  const program = new Command("look")
    .description("Shows the sagas that are under way, or stuck, in a Manager, with their steps and locks.")
    .requiredOption("--data <directory>", "the Manager's data directory")
    .option("--config <file>", "its configuration; by default manager.json in the data directory")
    .option("--json", "for programs")
    .exitOverride();
  program.parse(args, { from: "user" });
  const { json = false, ...flags } = program.opts<{ data: string; config?: string; json?: boolean }>();
  const looks = await readLooks(flags);
  process.stdout.write(json ? `${JSON.stringify(looks, undefined, 2)}\n` : formatLooks(looks));
}

async function readLooks(flags: { readonly data: string; readonly config?: string }): Promise<Look[]> {
  const { dataDirectory, database } = await readConfig(flags);
  const path = join(dataDirectory, "yagura.db");
  if (database === undefined && !existsSync(path)) throw new Error(`there is no Manager's database at ${path}`);
  const db = openReading(
    database === undefined ? { kind: "sqlite", path } : { kind: "postgres", url: database.postgres },
  );
  try {
    const looks: Look[] = [];
    for (const saga of await listSagas(db, ["running", "undoing", "stuck"])) {
      const last = (await listJournal(db, saga.id)).at(-1);
      looks.push({
        saga: saga.name,
        id: saga.id,
        status: saga.status,
        since: new Date(saga.createdAtMs).toISOString(),
        ...(saga.jobId !== undefined && { job: saga.jobId }),
        at: last === undefined ? "its beginning" : `"${last.step}" ${last.event}`,
        locks: (await listLocksOf(db, saga.id)).map(({ resource }) => resource),
        ...(saga.error !== undefined && { error: saga.error }),
      });
    }
    return looks;
  } finally {
    await db.destroy();
  }
}

function formatLooks(looks: readonly Look[]): string {
  if (looks.length === 0) return "Nothing is under way.\n";
  return looks
    .map(({ saga, id, status, since, at, locks, error }) =>
      [
        `${saga} ${id}: ${status} since ${since}`,
        `  at ${at}`,
        `  locks ${locks.length === 0 ? "nothing" : locks.join(", ")}`,
        ...(error === undefined ? [] : [`  because ${error}`]),
        "",
      ].join("\n"),
    )
    .join("");
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CommanderError)) process.stderr.write(`look: ${describeError(error)}\n`);
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : 1;
}
