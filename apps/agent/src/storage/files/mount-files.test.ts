import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import type { FileChild } from "./file-child.ts";
import { MountFiles } from "./mount-files.ts";
import type { FromChild, ToChild } from "./worker/messages.ts";

/** A child that does nothing but what the test says. */
class ScriptedChild implements FileChild {
  readonly received: ToChild[] = [];
  readonly ended: Promise<string>;
  isKilled = false;
  /** Killed, it sits in the kernel. */
  isStuck = false;
  #take: (message: FromChild) => void = () => undefined;
  readonly #end: (why: string) => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    this.#end = resolve;
  }

  send(message: ToChild): void {
    this.received.push(message);
  }

  onMessage(take: (message: FromChild) => void): void {
    this.#take = take;
  }

  kill(): void {
    this.isKilled = true;
    if (!this.isStuck) this.#end("it ended with SIGKILL");
  }

  die(why: string): void {
    this.#end(why);
  }

  /** Answers the call that was received as the n-th. */
  answer(index: number, value: unknown): void {
    this.say({ is: "done", id: this.received[index]?.id ?? 0, value });
  }

  say(message: FromChild): void {
    this.#take(message);
  }
}

function open({ isStuck = false } = {}) {
  const clock = new FakeClock();
  const children: ScriptedChild[] = [];
  const mount = new MountFiles({
    mountPath: "/r/mnt/server:_x",
    clock,
    spawnChild() {
      const child = new ScriptedChild();
      child.isStuck = isStuck;
      children.push(child);
      return child;
    },
  });
  const change = (path = "/r/mnt/server:_x/a", signal?: AbortSignal) =>
    mount.run("writeText", [path, "text"], { timeoutMs: 60_000, signal });
  const look = () => mount.run("findText", ["/r/mnt/server:_x/m", 10], { timeoutMs: 10_000, isLook: true });
  const [first, second] = [() => children[0], () => children[1]].map((get) => () => {
    const child = get();
    assert.ok(child !== undefined, "there is such a child");
    return child;
  });
  assert.ok(first !== undefined && second !== undefined);
  return { clock, children, mount, change, look, first, second };
}

/** Lets everyone who was resolved run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const silent = { name: "StorageError", code: 379 };

test("a child is started with the first call, and answers many at once, in any order", async () => {
  const { children, mount, change, first } = open();
  assert.equal(children.length, 0);
  const [one, two] = [change("1"), change("2")];
  first().answer(1, "second");
  first().answer(0, "first");
  assert.deepEqual([await one, await two, children.length], ["first", "second", 1]);
  await mount.close();
});

test("what the system says arrives with its name", async () => {
  const { mount, change, first } = open();
  const failing = change();
  first().say({ is: "failed", id: 1, message: "EROFS: read-only file system", code: "EROFS" });
  await assert.rejects(failing, { name: "FileCallFailed", code: "EROFS" });
  await mount.close();
});

test("a child that does not answer is killed; all that are in it are told which storage, and the next call has a new one", async () => {
  const { clock, mount, change, first, second } = open();
  const late = assert.rejects(change("/r/mnt/server:_x/late"), {
    ...silent,
    message: "the storage at /r/mnt/server:_x does not answer: writeText /r/mnt/server:_x/late took longer than 60 s",
  });
  await clock.advance(30_000);
  const other = assert.rejects(change(), { ...silent, message: /what became of the operation is unknown/ });
  await clock.advance(30_000);
  await Promise.all([late, other]);
  assert.equal(first().isKilled, true);
  const next = change();
  second().answer(0, "well");
  assert.equal(await next, "well");
  // A word from the dead is not listened to.
  first().answer(0, "too late");
  await mount.close();
});

test("a silent child is ended early for whoever is in a hurry, and one that says something is not", async () => {
  const { clock, mount, change, first, second } = open();
  const silentCall = assert.rejects(change(), { ...silent, message: /has been silent for 5 s; what became/ });
  await clock.advance(4_999);
  mount.endIfSilent(5_000);
  assert.equal(first().isKilled, false);
  await clock.advance(1);
  mount.endIfSilent(5_000);
  await silentCall;
  assert.equal(first().isKilled, true);

  const slow = change();
  await clock.advance(4_000);
  second().say({ is: "progress", id: 2 });
  await clock.advance(4_000);
  mount.endIfSilent(5_000);
  second().answer(0, "done");
  assert.equal(await slow, "done");
  await clock.advance(60_000);
  mount.endIfSilent(5_000);
  assert.equal(second().isKilled, false);
  await mount.close();
});

test("a look gives up earlier, and does not cost a change its child", async () => {
  const { clock, mount, look, change, first } = open();
  const changing = change();
  const looking = assert.rejects(look(), { ...silent, message: /took longer than 10 s/ });
  await clock.advance(10_000);
  await looking;
  assert.equal(first().isKilled, false);
  first().answer(0, "done");
  assert.equal(await changing, "done");
  const again = assert.rejects(look(), silent);
  await clock.advance(10_000);
  await again;
  assert.equal(first().isKilled, true);
  await mount.close();
});

test("ten calls are in the child at once, the rest wait in line; a look does not", async () => {
  const { mount, change, look, first } = open();
  const changes = Array.from({ length: 25 }, (_, index) => change(String(index)));
  assert.equal(first().received.length, 10);
  const looking = look();
  assert.equal(first().received.length, 11);
  first().answer(10, "metadata");
  assert.equal(await looking, "metadata");
  for (let index = 0; index < 26; index++) first().answer(index, index);
  await Promise.all(changes);
  assert.equal(first().received.length, 26);
  await mount.close();
});

test("who waits in line for too long is told so, and nobody is killed for it", async () => {
  const { clock, mount, change, first } = open();
  const busy = Array.from({ length: 10 }, () => mount.run("wipe", ["w"], { timeoutMs: 60_000 }));
  const waiting = assert.rejects(change(), silent);
  for (let seconds = 0; seconds < 60; seconds += 30) {
    await clock.advance(30_000);
    for (let id = 1; id <= 10; id++) first().say({ is: "progress", id });
  }
  await waiting;
  assert.equal(first().isKilled, false);
  for (let index = 0; index < 10; index++) first().answer(index, undefined);
  await Promise.all(busy);
  await mount.close();
});

test("long work that goes on is not taken for hanging, until it hangs", async () => {
  const { clock, mount, first } = open();
  let told = 0;
  const onProgress = (): void => void told++;
  const wiping = assert.rejects(mount.run("wipe", ["w"], { timeoutMs: 60_000, onProgress }), silent);
  for (let minutes = 0; minutes < 5; minutes++) {
    await clock.advance(50_000);
    first().say({ is: "progress", id: 1 });
  }
  assert.deepEqual([told, first().isKilled], [5, false]);
  await clock.advance(60_000);
  await wiping;
  assert.equal(first().isKilled, true);
  await mount.close();
});

test("who does not want it any more hears how it ended; in line it just leaves", async () => {
  const { mount, change, first } = open();
  const controller = new AbortController();
  const others = Array.from({ length: 9 }, () => change());
  const [stopped, left] = [change("s", controller.signal), change("l", controller.signal)];
  controller.abort(new Error("no more"));
  await assert.rejects(left, /no more/);
  assert.deepEqual(first().received.at(-1), { do: "stop", id: 10 });
  first().say({ is: "failed", id: 10, message: "nobody wants it any more" });
  await assert.rejects(stopped, /nobody wants it/);
  for (let index = 0; index < 9; index++) first().answer(index, undefined);
  await Promise.all(others);
  await mount.close();
});

test("a child that dies by itself loses its calls, and is replaced", async () => {
  const { mount, change, first, second } = open();
  const lost = assert.rejects(change(), { ...silent, message: /lost its process: it ended with 1: no module/ });
  first().die("it ended with 1: no module");
  await lost;
  const next = change();
  second().answer(0, "well");
  assert.equal(await next, "well");
  await mount.close();
});

test("after three children that not even SIGKILL ends, nothing more is sent after them", async () => {
  const { clock, children, mount, change } = open({ isStuck: true });
  for (let round = 0; round < 3; round++) {
    const late = assert.rejects(change(), silent);
    await clock.advance(60_000);
    await late;
  }
  await assert.rejects(change(), { ...silent, message: /killed processes hang on it/ });
  assert.equal(children.length, 3);
  children[0]?.die("at last");
  await settle();
  const next = change();
  children[3]?.answer(0, "well");
  assert.equal(await next, "well");
  for (const child of children) child.die("the test is over");
  await mount.close();
});

test("closing refuses what is under way and what comes later, and ends the child", async () => {
  const { mount, change, first } = open();
  const lost = assert.rejects(change(), { ...silent, message: /was disconnected/ });
  await mount.close();
  await lost;
  assert.equal(first().isKilled, true);
  await assert.rejects(change(), { ...silent, message: /was disconnected/ });
});
