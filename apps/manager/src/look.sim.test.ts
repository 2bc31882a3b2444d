import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { newId, type SagaId } from "@yagura/std/ids.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { openDatabase } from "./db/open-database.ts";
import { insertLocks } from "./db/queries/locks.ts";
import { insertJournalEntry, insertSaga, updateSaga } from "./db/queries/sagas.ts";
import { transaction } from "./db/transaction.ts";

const run = promisify(execFile);
const look = (...args: readonly string[]) => run(process.execPath, [join(import.meta.dirname, "look.ts"), ...args]);

test("look shows what is stuck, where and with which locks, beside a Manager that has the database open", async () => {
  await using directory = await temporaryDirectory();
  const db = await openDatabase({ kind: "sqlite", path: join(directory.path, "yagura.db") });
  assert.equal((await look("--data", directory.path)).stdout, "Nothing is under way.\n");
  const id = newId<SagaId>();
  await transaction(db, async (tx) => {
    const [name, correlationId] = ["create-disk", "test"];
    await insertSaga(tx, { id, name, correlationId, params: {}, status: "running", createdAtMs: 0 });
    await insertLocks(tx, [{ resource: "disk:1", sagaId: id, reason: "Creating Disk" }]);
    const step = "create the volume";
    await insertJournalEntry(tx, id, { number: 0, step, event: "undo-started", output: undefined, atMs: 0 });
    await updateSaga(tx, id, { status: "stuck", error: "the host says no" });
  });
  assert.equal(
    (await look("--data", directory.path)).stdout,
    [
      `create-disk ${id}: stuck since 1970-01-01T00:00:00.000Z`,
      '  at "create the volume" undo-started',
      "  locks disk:1",
      "  because the host says no",
      "",
    ].join("\n"),
  );
  const [first] = JSON.parse((await look("--data", directory.path, "--json")).stdout) as { id: string }[];
  assert.equal(first?.id, id);
  await db.destroy();
});

test("look without a Manager's data says so", async () => {
  await using directory = await temporaryDirectory();
  await assert.rejects(look("--data", directory.path), /look: there is no Manager's database at/);
});
