import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@yagura/std/log.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import type { OpContext } from "../context.ts";
import { SideBySide } from "./side-by-side.ts";

test("one that hangs is not begun again, and keeps neither the others nor the next activation waiting", async () => {
  const clock = new FakeClock();
  const context = { clock, log: silentLog, signal: new AbortController().signal } as unknown as OpContext;
  const looks = new SideBySide<string>("look");
  const { promise, resolve } = Promise.withResolvers<string>();
  const begun: string[] = [];
  const work = (key: string): Promise<string> => {
    begun.push(key);
    if (key === "hung") return promise;
    return key === "bad" ? Promise.reject(new Error("no")) : Promise.resolve("well");
  };
  const look = async () => {
    const reports = looks.look(context, ["hung", "bad", "good"], work);
    await clock.advance(2000);
    return Object.fromEntries(await reports);
  };
  assert.deepEqual(await look(), { bad: "no", good: "well" });
  assert.deepEqual(await look(), { bad: "no", good: "well" });
  assert.deepEqual(begun, ["hung", "bad", "good", "bad", "good"]);
  resolve("late");
  await promise;
  assert.equal((await look())["hung"], "late");
  assert.deepEqual(Object.fromEntries(await looks.look(context, [], work)), {}, "what is gone is forgotten");
});
