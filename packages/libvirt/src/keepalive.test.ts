import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { decideKeepalive, Keepalive } from "./keepalive.ts";

test("decideKeepalive gives up only after as many unanswered pings as allowed", () => {
  assert.deepEqual(
    [
      decideKeepalive(true, 5, 5),
      decideKeepalive(false, 0, 5),
      decideKeepalive(false, 4, 5),
      decideKeepalive(false, 5, 5),
    ],
    ["rest", "ping", "ping", "give up"],
  );
});

function start(): {
  clock: FakeClock;
  keepalive: Keepalive;
  pings: number[];
  gaveUp: Promise<number | undefined>;
  stop(): void;
} {
  const clock = new FakeClock();
  const keepalive = new Keepalive({ intervalMs: 5_000, unansweredMax: 2 }, clock);
  const pings: number[] = [];
  const controller = new AbortController();
  const actions = { ping: () => pings.push(clock.monotonicMs()), everyInterval: () => undefined };
  const gaveUp = keepalive.watch(actions, controller.signal);
  return { clock, keepalive, pings, gaveUp, stop: () => controller.abort() };
}

test("Keepalive pings a silent peer each interval and gives it up after the last", async () => {
  const { clock, pings, gaveUp } = start();
  await clock.advance(20_000);
  assert.deepEqual(pings, [10_000, 15_000]);
  assert.equal(await gaveUp, 15_000);
});

test("Keepalive counts anything heard as an answer, and does not ping while there is talk", async () => {
  const { clock, keepalive, pings, gaveUp, stop } = start();
  for (let interval = 0; interval < 10; interval++) {
    await clock.advance(5_000);
    keepalive.heard();
  }
  assert.deepEqual(pings, []);
  await clock.advance(10_000);
  keepalive.heard();
  await clock.advance(10_000);
  assert.deepEqual(pings, [60_000, 70_000]); // The count began anew.
  stop();
  assert.equal(await gaveUp, undefined);
});
