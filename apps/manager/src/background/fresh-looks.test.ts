import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@yagura/std/log.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import type { OpContext } from "../context.ts";
import { FreshLooks } from "./fresh-looks.ts";

const settle = () => new Promise((resolve) => setImmediate(resolve));

function world() {
  const clock = new FakeClock();
  const context = { clock, log: silentLog, signal: new AbortController().signal } as unknown as OpContext;
  const looks = new FreshLooks<string, string>("look", 1000);
  return { clock, context, looks };
}

test("one that hangs is waited for a moment, and after that not at all", async () => {
  const { clock, context, looks } = world();
  const { promise } = Promise.withResolvers<string>();
  const asked: string[] = [];
  const ask = (key: string): Promise<string> => {
    asked.push(key);
    if (key === "bad") return Promise.reject(new Error("no"));
    return key === "hung" ? promise : Promise.resolve(`${key} is well`);
  };
  const keys = ["hung", "bad", "good"];
  const first = looks.look(context, keys, ask);
  await settle();
  await clock.advance(1000);
  assert.deepEqual([...(await first)], [["good", "good is well"]]);
  // No time passes now: nobody waits for the one that hangs.
  assert.deepEqual([...(await looks.look(context, keys, ask))], [["good", "good is well"]]);
  assert.deepEqual(asked, ["hung", "bad", "good", "bad", "good"]);
});

test("one that is always slow is heard, one look later, unless something was done meanwhile", async () => {
  const { clock, context, looks } = world();
  let answer: (text: string) => void = () => undefined;
  const ask = () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    answer = resolve;
    return promise;
  };
  const look = async () => {
    const answers = looks.look(context, ["slow"], ask);
    await settle();
    await clock.advance(1000);
    return [...(await answers).values()];
  };
  assert.deepEqual(await look(), []);
  answer("first");
  await settle();
  assert.deepEqual(await look(), ["first"]);
  answer("second");
  await settle();
  looks.forgetLate();
  assert.deepEqual(await look(), []);
  answer("third");
  await settle();
  await clock.advance(5000);
  assert.deepEqual(await look(), [], "too old");
});
