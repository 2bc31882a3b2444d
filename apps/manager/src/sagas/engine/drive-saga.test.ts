import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@yagura/std/log.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import type { JournalEntry } from "../../db/queries/sagas.ts";
import { driveSaga } from "./drive-saga.ts";
import { memoryJournal, runSaga, SagaFailed } from "./run-saga.ts";
import { type SagaDefinition, saga } from "./saga.ts";

interface Deps {
  readonly log: string[];
  fail?: (step: string) => Error | undefined;
}

const step = (name: string) => ({
  async run({ deps }: { readonly deps: Deps }) {
    deps.log.push(name);
    const error = deps.fail?.(name);
    if (error !== undefined) throw error;
    return `${name} done`;
  },
  async undo({ deps }: { readonly deps: Deps }) {
    deps.log.push(`undo ${name}`);
  },
});

const three = saga<object, Deps>("three", { a: step("a"), b: step("b"), c: step("c") });

class Passing extends Error {
  readonly retryable = true;
}
const isTransient = (error: unknown) => error instanceof Passing;

test("a saga does its steps in order", async () => {
  const deps: Deps = { log: [] };
  await runSaga(three, {}, deps);
  assert.deepEqual(deps.log, ["a", "b", "c"]);
});

test("a saga undoes the failed step and those before it, in reverse", async () => {
  const deps: Deps = { log: [], fail: (name) => (name === "b" ? new Error("no") : undefined) };
  await assert.rejects(runSaga(three, {}, deps), SagaFailed);
  assert.deepEqual(deps.log, ["a", "b", "undo b", "undo a"]);
});

test("a step is given what the steps before it returned", async () => {
  const seen: unknown[] = [];
  const definition = saga<object, object>("two", {
    first: { run: () => Promise.resolve({ taskId: 7 }) },
    second: { run: ({ outputs }) => Promise.resolve(void seen.push(outputs.get("first"))) },
  });
  await runSaga(definition, {}, {});
  assert.deepEqual(seen, [{ taskId: 7 }]);
});

test("a transient error is tried again for ever, with pauses that grow to a bound", async () => {
  const clock = new FakeClock();
  let failures = 12;
  const deps: Deps = { log: [], fail: (name) => (name === "b" && failures-- > 0 ? new Passing() : undefined) };
  const ended = driveSaga({
    definition: three,
    params: {},
    deps,
    journal: memoryJournal(),
    correlationId: "x",
    clock,
    log: silentLog,
    signal: new AbortController().signal,
    isTransient,
  });
  for (let passes = 0; passes < 40; passes++) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(15_000);
  }
  assert.deepEqual(await ended, { do: "end", outcome: "succeeded" });
  assert.equal(deps.log.filter((name) => name === "b").length, 13);
});

/** Whose steps meet with waiting that is worth ten minutes. */
class NotYet extends Error {
  readonly retryable = true;
  readonly patienceMs = 600_000;
}

async function driveFast(definition: SagaDefinition<object, object>) {
  const clock = new FakeClock();
  const ended = driveSaga({
    definition,
    params: {},
    deps: {},
    journal: memoryJournal(),
    correlationId: "x",
    clock,
    log: silentLog,
    signal: new AbortController().signal,
    isTransient: (error) => error instanceof NotYet,
  });
  let isOver = false;
  void ended.then(() => (isOver = true));
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1000);
  }
  return { end: await ended, minutes: Math.round(clock.monotonicMs() / 60_000) };
}

test("what is worth ten minutes of waiting is waited for so long, and then undone with its reason", async () => {
  const definition = saga<object, object>("in-vain", { a: { run: () => Promise.reject(new NotYet("no host")) } });
  const { end, minutes } = await driveFast(definition);
  const error = "it has not become possible within 10 minutes: no host";
  assert.deepEqual([end, minutes], [{ do: "end", outcome: "failed", error }, 10]);
});

test("an undo that waits in vain is stuck at once", async () => {
  const definition = saga<object, object>("in-vain", {
    a: { run: () => Promise.reject(new Error("no")), undo: () => Promise.reject(new NotYet("no host")) },
  });
  const { end, minutes } = await driveFast(definition);
  assert.deepEqual([end.outcome, minutes], ["stuck", 10]);
});

test("a step after which nothing fails any more waits for as long as it takes", async () => {
  let tries = 0;
  const definition = saga<object, object>("patient", {
    a: { run: () => (++tries < 100 ? Promise.reject(new NotYet("no host")) : Promise.resolve()), isPatient: true },
  });
  const { end, minutes } = await driveFast(definition);
  assert.equal(end.outcome, "succeeded");
  assert.ok(minutes > 20);
});

test("a saga whose undo cannot be done is stuck, and says where", async () => {
  const definition = saga<object, object>("stuck", {
    a: { run: () => Promise.reject(new Error("no")), undo: () => Promise.reject(new Error("never")) },
  });
  const { end } = await driveFast(definition);
  assert.deepEqual(end, { outcome: "stuck", error: 'cannot undo "a": never' });
});

class Crash extends Error {}

/** Everything that the journal may hold when the process is killed, and then the rest. */
for (const failing of [undefined, "a", "b", "c"]) {
  test(`a saga ${failing ? `that fails at ${failing}` : "that succeeds"} ends the same, wherever it was killed`, async () => {
    for (let appendsBeforeCrash = 0; ; appendsBeforeCrash++) {
      const deps: Deps = { log: [], fail: (name) => (name === failing ? new Error("no") : undefined) };
      const entries: JournalEntry[] = [];
      const options = {
        definition: three,
        params: {},
        deps,
        correlationId: "x",
        clock: new FakeClock(),
        log: silentLog,
        signal: new AbortController().signal,
        isTransient,
      };
      const whole = memoryJournal(entries);
      let appends = 0;
      const crashing = {
        entries,
        append(entry: Parameters<typeof whole.append>[0]) {
          if (appends++ === appendsBeforeCrash) throw new Crash();
          return whole.append(entry);
        },
      };
      const first = await driveSaga({ ...options, journal: crashing }).catch((error: unknown) => error);
      const end = first instanceof Crash ? await driveSaga({ ...options, journal: whole }) : first;
      assert.equal((end as { outcome: string }).outcome, failing === undefined ? "succeeded" : "failed");
      const undone = deps.log.filter((name) => name.startsWith("undo"));
      const expected =
        failing === undefined ? [] : ["c", "b", "a"].filter((name) => name <= failing).map((name) => `undo ${name}`);
      assert.deepEqual([...new Set(undone)], expected);
      if (!(first instanceof Crash)) return;
    }
  });
}
