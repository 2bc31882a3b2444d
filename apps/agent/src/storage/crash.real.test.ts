/**
 * Every operation that changes storage, with a process that dies at each of its points. The points are recorded, not listed:
 * each change to files and each program's start and end. All of them with `--all`, else as many as there is time for, in an
 * order that a seed decides: YAGURA_SEED=… repeats it.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, type TestContext, test } from "node:test";
import { whyNoSanlock } from "@yagura/lab/sanlock/start-sanlock.ts";
import type { AnyOperationName } from "../../test/crash/all-operations.ts";
import { CrashLab, type Recording, timesDiffer, type Wrong } from "../../test/crash/crash-run.ts";
import type { FaultName } from "../../test/crash/faults.ts";
import { type OperationName, operations } from "../../test/crash/operations.ts";
import { sharedOperations } from "../../test/crash/shared-operations.ts";
import { shuffle } from "../../test/crash/shuffle.ts";
import { findUntried } from "../../test/crash/structure-methods.ts";

const missing = ["qemu-img", "qemu-io", "flock", "setpriv"].filter((name) => !existsSync(`/usr/bin/${name}`));
const skip = missing.length === 0 ? false : `not installed: ${missing.join(", ")}`;
const isAll = process.env["YAGURA_TEST_ALL"] === "1";
const seed = Number(process.env["YAGURA_SEED"] ?? Date.now() % 1_000_000);
const BUDGET_MS = 20_000;
const ALL_MS = 3_600_000;
/** Of each operation before the next one's turn. */
const POINTS_AT_ONCE = 3;

test("every method that changes storage is among the operations that are killed", () => {
  assert.deepEqual(findUntried(), []);
});

describe("storage operations of which the process is killed", { skip }, () => {
  let lab: CrashLab;
  before(async () => {
    lab = await CrashLab.open();
  });
  after(() => lab[Symbol.asyncDispose]());

  test("are done or undone, wherever it dies, and can be repeated", { timeout: ALL_MS }, async (t) => {
    await tryAll(lab, Object.keys(operations) as OperationName[], { workers: 2, t });
  });

  /** Each mistake with an operation that it spoils, and where a crash shows it best. */
  const faults: Readonly<Record<FaultName, readonly [OperationName, RegExp]>> = {
    "record before content": ["create a raw volume", /^(sync|open) .*e0000020|^sync .*a0000020/],
    "no intent": ["create a raw volume", /e0000020|a0000020/],
    "lock given back early": ["create a snapshot", /^/],
  };

  for (const [fault, [operation, where]] of Object.entries(faults) as [FaultName, (typeof faults)[FaultName]][]) {
    test(`do not pass with a mistake in them: ${fault}`, async () => {
      const right = await lab.record(operation);
      const recording = await lab.record(operation, fault);
      const wrong: Wrong[] = [...withoutLock(recording)];
      for (const point of shuffle(recording.points, seed).filter(({ label }) => where.test(label))) {
        if (wrong.length > 0) break;
        wrong.push(...(await lab.crashAt({ ...recording, after: right.after }, point, fault)));
      }
      assert.deepEqual(withoutLock(right), []);
      assert.ok(wrong.length > 0, "nobody noticed");
    });
  }
});

const skipShared = skip || (await whyNoSanlock());
describe("operations on shared storage of which the process is killed", { skip: skipShared }, () => {
  test("are done or undone, wherever it dies, and can be repeated", { timeout: ALL_MS }, async (t) => {
    await using lab = await CrashLab.openShared();
    const names = [...Object.keys(operations), ...Object.keys(sharedOperations)] as AnyOperationName[];
    await tryAll(lab, names, { workers: 1, t });
  });
});

/** Lets operations die at their points: at all of them, or at some for as long as there is time. */
async function tryAll(
  lab: CrashLab,
  names: readonly AnyOperationName[],
  { workers, t }: { readonly workers: number; readonly t: TestContext },
): Promise<void> {
  const wrong: Wrong[] = [];
  const tried = { operations: 0, points: 0 };
  const endMs = performance.now() + BUDGET_MS;
  const queue = shuffle(names, seed);
  const worker = async (): Promise<void> => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      if (!isAll && performance.now() >= endMs) return;
      const recording = await lab.record(name);
      // Of what is done more or less often, the first time.
      const repeatable = recording.points.filter(({ label, before }) => before === 0 || !timesDiffer.test(label));
      const points = shuffle(repeatable, seed).slice(0, isAll ? undefined : POINTS_AT_ONCE);
      wrong.push(...withoutLock(recording));
      tried.operations++;
      for (const point of points) {
        // Where the host has to join a domain anew, one point takes ten seconds.
        if (!isAll && tried.points > 0 && performance.now() >= endMs) break;
        wrong.push(...(await lab.crashAt(recording, point)));
        tried.points++;
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  t.diagnostic(`${tried.points} points of ${tried.operations} operations under YAGURA_SEED=${seed}`);
  assert.deepEqual(wrong.map(describeWrong), [], `YAGURA_SEED=${seed}`);
  assert.ok(tried.points > 0);
}

/** Changes that were made while nobody had the right to be SPM. */
function withoutLock({ operation, points }: Recording): Wrong[] {
  return points.flatMap((point) =>
    point.isOnStorage && !point.isLocked ? [{ operation, point, why: "nobody held the lock of the SPM" }] : [],
  );
}

function describeWrong({ operation, point, why }: Wrong): string {
  return `${operation}, before "${point.label}" (${point.before}): ${why}`;
}
