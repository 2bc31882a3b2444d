import assert from "node:assert/strict";
import { test } from "node:test";
import type { JobId } from "@yagura/std/ids.ts";
import { silentLog } from "@yagura/std/log.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { openDatabase } from "../../db/open-database.ts";
import { getJob, listSteps } from "../../db/queries/jobs.ts";
import { listLocks } from "../../db/queries/locks.ts";
import { listSagas } from "../../db/queries/sagas.ts";
import { ResourceLocked } from "./lock-resources.ts";
import { type SagaDefinition, saga } from "./saga.ts";
import { Sagas } from "./sagas.ts";

const request = { description: "Trying", locks: ["vm:demo"], correlationId: "test" } as const;

/** Sagas on a database in memory; `reopen` makes another Manager of it. */
async function sagasWorld(definition: SagaDefinition<never, object>) {
  const db = await openDatabase({ kind: "sqlite", path: ":memory:" });
  const clock = new FakeClock();
  const stuck: string[] = [];
  const open = () =>
    new Sagas<object>({
      db,
      deps: {},
      clock,
      log: silentLog,
      isTransient: () => false,
      registry: new Map([[definition.name, definition]]),
      onStuck: async (_, { name }, error) => void stuck.push(`${name}: ${error}`),
    });
  return {
    db,
    clock,
    stuck,
    open,
    /** Lets time pass until nothing is under way. */
    async settle(sagas: Sagas<object>): Promise<void> {
      while (sagas.count > 0) {
        await new Promise((resolve) => setImmediate(resolve));
        await clock.advance(1000);
      }
    },
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}

test("a saga that cannot be undone keeps its locks, tells somebody once, and is undone by the start after the mending", async () => {
  let isBroken = true;
  const ends: string[] = [];
  const definition = saga<object, object>(
    "try",
    {
      "do it": {
        run: () => Promise.reject(new Error("it cannot be done")),
        undo: async () => {
          if (isBroken) throw new Error("it is broken");
        },
      },
    },
    async (_, { outcome }) => void ends.push(outcome.outcome),
  );
  await using world = await sagasWorld(definition as SagaDefinition<never, object>);
  const { db, stuck } = world;

  const first = world.open();
  await first.start(definition, {}, request);
  await world.settle(first);
  assert.deepEqual([stuck, ends], [['try: cannot undo "do it": it is broken'], ["stuck"]]);
  await assert.rejects(first.start(definition, {}, request), ResourceLocked);
  await first.close();

  const second = world.open();
  assert.equal(await second.recover(), 1);
  await world.settle(second);
  assert.deepEqual([stuck.length, ends], [1, ["stuck"]], "stuck again: nothing new to tell");
  assert.equal(await second.recover(), 0, "once a start");
  await second.close();

  isBroken = false;
  const third = world.open();
  await third.recover();
  await world.settle(third);
  assert.deepEqual(ends, ["stuck", "failed"]);
  assert.deepEqual(await listLocks(db, ["vm:demo"]), []);
  assert.deepEqual(await listSagas(db, ["running", "undoing", "stuck"]), []);
});

test("a saga that is stuck is tried again by the same Manager after some minutes, and not before", async () => {
  let isBroken = true;
  let tries = 0;
  const definition = saga<object, object>("try", {
    "do it": {
      run: () => Promise.reject(new Error("it cannot be done")),
      async undo() {
        tries++;
        if (isBroken) throw new Error("it is broken");
      },
    },
  });
  await using world = await sagasWorld(definition as SagaDefinition<never, object>);
  const sagas = world.open();
  await sagas.start(definition, {}, request);
  await world.settle(sagas);
  const before = tries;
  assert.equal(await sagas.recover(), 0, "a moment later nothing has changed");
  await world.clock.advance(5 * 60_000);
  assert.equal(await sagas.recover(), 1);
  await world.settle(sagas);
  assert.deepEqual([tries, world.stuck.length, await sagas.recover()], [2 * before, 1, 0]);
  isBroken = false;
  await world.clock.advance(5 * 60_000);
  await sagas.recover();
  await world.settle(sagas);
  assert.deepEqual(await listLocks(world.db, ["vm:demo"]), []);
  await sagas.close();
});

test("a saga is ended once, also when it is found again just after its end", async () => {
  const ends: string[] = [];
  const definition = saga<object, object>(
    "try",
    { "do it": { run: () => Promise.resolve() } },
    async (_, { outcome }) => void ends.push(outcome.outcome),
  );
  await using world = await sagasWorld(definition as SagaDefinition<never, object>);
  const sagas = world.open();
  await sagas.start(definition, {}, request);
  // Read while it runs, looked at after it has ended.
  while (sagas.count > 0) await sagas.recover();
  await world.settle(sagas);
  assert.deepEqual(ends, ["succeeded"]);
});

test("a saga whose end cannot be told has ended, with its locks free and its job failed or finished", async () => {
  const definition = saga<object, object>("try", { "do it": { run: () => Promise.resolve() } }, () =>
    Promise.reject(new Error("no such event")),
  );
  await using world = await sagasWorld(definition as SagaDefinition<never, object>);
  const sagas = world.open();
  const { ended, jobId } = await sagas.start(definition, {}, request);
  assert.deepEqual(await ended, { do: "end", outcome: "succeeded" });
  assert.deepEqual(await listLocks(world.db, ["vm:demo"]), []);
  assert.equal((await getJob(world.db, jobId)).status, "finished");
  assert.deepEqual(await listSagas(world.db, ["running", "undoing", "stuck"]), []);
});

test("what a saga waited for is not shown any more when another Manager goes on with it", async () => {
  let isRaining = false;
  const definition = saga<object, object>("try", {
    "do it": {
      async run({ tellWait, signal }) {
        await tellWait(isRaining ? undefined : "Waiting for rain");
        if (isRaining) seen = (await listSteps(world.db, jobId)).map(({ description }) => description);
        else await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    },
  });
  await using world = await sagasWorld(definition as SagaDefinition<never, object>);
  let seen: readonly string[] = [];
  const first = world.open();
  const { jobId } = await first.start(definition, {}, request);
  while ((await listSteps(world.db, jobId)).at(-1)?.description !== "Waiting for rain") {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await first.close();
  isRaining = true;
  const second = world.open();
  await second.recover();
  await world.settle(second);
  assert.deepEqual(seen, ["Validating", "Executing"]);
});

test("a saga shows in its job what it waits for, as long as it does", async () => {
  const shown = async (jobId: JobId) => (await listSteps(world.db, jobId)).map(({ description }) => description);
  const seen: string[][] = [];
  const definition = saga<object, object>("try", {
    "do it": {
      async run({ tellWait }) {
        await tellWait("Waiting for rain");
        await tellWait("Waiting for rain");
        seen.push(await shown(job.id));
        await tellWait(undefined);
        seen.push(await shown(job.id));
      },
    },
  });
  await using world = await sagasWorld(definition as SagaDefinition<never, object>);
  const sagas = world.open();
  const { ended, jobId } = await sagas.start(definition, {}, request);
  const job = await getJob(world.db, jobId);
  await ended;
  assert.deepEqual(seen, [
    ["Validating", "Waiting for rain"],
    ["Validating", "Executing"],
  ]);
});
