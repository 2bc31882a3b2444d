import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@yagura/std/log.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import type { OpContext } from "../context.ts";
import { type BackgroundTask, Driver } from "./driver.ts";

const settle = () => new Promise((resolve) => setImmediate(resolve));

function drive(activate: (activation: number) => Promise<unknown>) {
  const clock = new FakeClock();
  const driver = new Driver({ clock, log: silentLog, contextOf: (_, signal) => ({ signal }) as OpContext });
  let activations = 0;
  const task: BackgroundTask = { name: "look", periodMs: 1000, activate: () => activate(++activations) };
  driver.start([task]);
  return { clock, driver, count: () => activations };
}

test("a task is activated at once, and then by its period", async () => {
  const { clock, driver, count } = drive(async () => "fine");
  await settle();
  assert.equal(count(), 1);
  await clock.advance(1000);
  await settle();
  assert.equal(count(), 2);
  assert.deepEqual(driver.stateOf("look"), { activations: 2, isActive: false, lastReport: "fine" });
  await driver.close();
});

test("a task that is woken looks before its time, once for many calls", async () => {
  const { clock, driver, count } = drive(async () => undefined);
  await settle();
  for (let calls = 0; calls < 100; calls++) driver.wake("look");
  await settle();
  await clock.advance(60);
  await settle();
  assert.equal(count(), 2);
  await driver.close();
});

test("a task that is woken while it looks, looks again", async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const { clock, driver, count } = drive((activation) => (activation === 1 ? gate : Promise.resolve()));
  await settle();
  driver.wake("look");
  open();
  await settle();
  await clock.advance(60);
  await settle();
  assert.equal(count(), 2);
  await driver.close();
});

test("a task that fails is activated again, and its error is remembered", async () => {
  const { clock, driver, count } = drive(async (activation) => {
    if (activation === 1) throw new Error("no");
  });
  await settle();
  assert.equal(driver.stateOf("look")?.lastError, "no");
  await clock.advance(1000);
  await settle();
  assert.equal(count(), 2);
  assert.equal(driver.stateOf("look")?.lastError, undefined);
  await driver.close();
});
