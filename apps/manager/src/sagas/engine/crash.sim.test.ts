import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { SagaId } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { openDatabase } from "../../db/open-database.ts";
import { listJobs } from "../../db/queries/jobs.ts";
import { listLocks } from "../../db/queries/locks.ts";
import { listJournal } from "../../db/queries/sagas.ts";

const program = join(import.meta.dirname, "waiting-manager.fixture.ts");

test("a saga goes on after each kill -9, does no step twice that was done, and holds its lock until its end", async () => {
  await using directory = await temporaryDirectory();
  const [path, file] = [join(directory.path, "yagura.db"), join(directory.path, "go")];
  const looking = await openDatabase({ kind: "sqlite", path });

  const journal = async (): Promise<string[]> => {
    const row = await looking.selectFrom("sagas").select("id").executeTakeFirst();
    if (row === undefined) return [];
    return (await listJournal(looking, row.id as SagaId)).map((entry) => `${entry.step.split(" ")[3]} ${entry.event}`);
  };
  const untilJournal = (length: number) =>
    poll(`${length} entries in the journal`, async () => (await journal()).length >= length, {
      timeoutMs: 15_000,
      everyMs: 20,
    });

  for (const [killed, number] of [1, 2, 3].entries()) {
    const manager = spawn(process.execPath, [program, path, file], { stdio: ["ignore", "pipe", "inherit"] });
    // It waits within this step: the one before has succeeded, this one was started.
    await untilJournal(2 * killed + 1);
    manager.kill("SIGKILL");
    await once(manager, "exit");
    assert.equal((await listLocks(looking, ["vm:demo"])).length, 1);
    // Told while nobody is there to hear it.
    await writeFile(`${file}.${number}`, "");
  }
  const last = spawn(process.execPath, [program, path, file], { stdio: ["ignore", "pipe", "inherit"] });
  await once(last, "exit");

  assert.deepEqual(await journal(), [
    "first started",
    "first succeeded",
    "second started",
    "second succeeded",
    "third started",
    "third succeeded",
  ]);
  assert.deepEqual(await listLocks(looking, ["vm:demo"]), []);
  assert.deepEqual(
    (await listJobs(looking)).map((job) => job.status),
    ["finished"],
  );
  await looking.destroy();
});
