import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@yagura/std/log.ts";
import { EventFeed } from "./event-feed.ts";
import { EventRouter } from "./event-router.ts";

const actions = (callbackID: number, deregistered: number[] = []) => ({
  register: async () => callbackID,
  deregister: async (id: number) => {
    deregistered.push(id);
  },
});

test("EventRouter brings each event to the listener of its family and callback id", async () => {
  const router = new EventRouter(silentLog);
  const heard: string[] = [];
  await router.subscribe("domain", actions(1), () => heard.push("domain 1"));
  await router.subscribe("domain", actions(2), () => heard.push("domain 2"));
  await router.subscribe("network", actions(1), () => heard.push("network 1"));
  router.dispatch("network", { callbackID: 1 });
  router.dispatch("domain", { callbackID: 2 });
  router.dispatch("domain", { callbackID: 3 });
  router.dispatch("secret", { callbackID: 1 });
  assert.deepEqual(heard, ["network 1", "domain 2"]);
});

test("EventRouter delivers an event that overtakes the answer to its registration", async () => {
  const router = new EventRouter(silentLog);
  const answer = Promise.withResolvers<number>();
  const heard: object[] = [];
  const subscribing = router.subscribe("domain", { ...actions(0), register: () => answer.promise }, (event) =>
    heard.push(event as object),
  );
  router.dispatch("domain", { callbackID: 7 });
  router.dispatch("domain", { callbackID: 8 }); // Somebody else's.
  answer.resolve(7);
  await subscribing;
  assert.deepEqual(heard, [{ callbackID: 7 }]);
});

test("EventRouter ends a subscription at once and deregisters it once", async () => {
  const router = new EventRouter(silentLog);
  const deregistered: number[] = [];
  const heard: unknown[] = [];
  const subscription = await router.subscribe("domain", actions(5, deregistered), (event) => heard.push(event));
  const ending = subscription[Symbol.asyncDispose]();
  router.dispatch("domain", { callbackID: 5 });
  await ending;
  await subscription[Symbol.asyncDispose]();
  assert.deepEqual([heard, deregistered], [[], [5]]);
});

test("EventRouter goes on when a listener throws", async () => {
  const errors: string[] = [];
  const router = new EventRouter({ ...silentLog, error: (message) => errors.push(message) });
  await router.subscribe("domain", actions(1), () => {
    throw new Error("oops");
  });
  router.dispatch("domain", { callbackID: 1 });
  assert.deepEqual(errors, ["a listener for libvirt events failed"]);
});

test("EventFeed keeps no more than its capacity, and says where and how many it dropped", async () => {
  const feed = new EventFeed<number>(2);
  for (const event of [1, 2, 3, 4]) feed.push(event);
  const reader = feed[Symbol.asyncIterator]();
  const take = async () => (await reader.next()).value;
  assert.deepEqual(await take(), { kind: "event", event: 1 });
  assert.deepEqual(await take(), { kind: "event", event: 2 });
  feed.push(5);
  assert.deepEqual(await take(), { kind: "dropped", count: 2 });
  assert.deepEqual(await take(), { kind: "event", event: 5 });
  const waiting = take();
  feed.push(6);
  assert.deepEqual(await waiting, { kind: "event", event: 6 });
  feed.end();
  assert.equal(await take(), undefined);
});
