import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "@yagura/std/ids.ts";
import type { PoolId } from "../contract/spm-order.ts";
import { SpmTerm } from "./spm-term.ts";

const poolId = newId<PoolId>();
const ofTerm = (epoch: number) => ({ code: 654, message: new RegExp(`epoch ${epoch} of pool ${poolId}`) });

test("effects pass while the term lasts, and none begins after it", async () => {
  const done: string[] = [];
  const term = new SpmTerm(poolId, 7);
  const files = term.guard({ sizeBytes: 5, remove: async (path: string) => void done.push(path) });
  assert.equal(files.sizeBytes, 5);
  await files.remove("a");
  term.end("the role moved");
  await assert.rejects(files.remove("b"), ofTerm(7));
  assert.throws(() => term.check(), ofTerm(7));
  assert.deepEqual(done, ["a"]);
});

test("what consists of several effects stops between them", async () => {
  const done: string[] = [];
  const term = new SpmTerm(poolId, 1);
  const files = term.guard({ write: async (path: string) => void done.push(path) });
  const replace = async (): Promise<void> => {
    await files.write("new");
    await files.write("final");
  };
  const replacing = replace();
  term.end("the role moved");
  await assert.rejects(replacing, ofTerm(1));
  assert.deepEqual(done, ["new"]);
});

test("a program is aborted with the term, and the term has ended only when the program has", async () => {
  const { promise: gone, resolve: die } = Promise.withResolvers<void>();
  const own = new AbortController();
  const term = new SpmTerm(poolId, 1);
  let aborted = false;
  const program = term.guard({
    async run(signal: AbortSignal): Promise<void> {
      signal.addEventListener("abort", () => {
        aborted = true;
      });
      await gone;
      signal.throwIfAborted();
    },
  });
  const running = program.run(own.signal);
  term.end("the role moved");
  assert.ok(aborted);
  let isIdle = false;
  const idle = term.whenIdle().then(() => {
    isIdle = true;
  });
  await Promise.resolve();
  assert.equal(isIdle, false);
  die();
  await assert.rejects(running, ofTerm(1));
  await idle;
  await term.whenIdle();
});

test("an abort of the caller reaches the program too", async () => {
  const own = new AbortController();
  const term = new SpmTerm(poolId, 1);
  const program = term.guard({ run: async (signal: AbortSignal) => signal.throwIfAborted() });
  own.abort(new Error("not wanted any more"));
  await assert.rejects(program.run(own.signal), /not wanted/);
  await program.run(new AbortController().signal);
});
