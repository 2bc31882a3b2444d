import assert from "node:assert/strict";
import { test } from "node:test";
import { createSanlock, type LeaseHolder, type LeasePlace, type LeasesLost } from "@yagura/sanlock";
import { type ReceivedRequest, reply, type ScriptedDaemon, scriptedDaemon } from "../test/scripted-daemon.ts";

const commands = { register: 1, acquire: 7, release: 8, inquire: 9 };
const lease = (name: string): LeasePlace => ({ lockspace: "space", name, path: "/leases", offsetBytes: 0 });
const named = (...names: string[]): unknown => names.map((name) => ({ lockspace: "space", name }));

interface Scene extends AsyncDisposable {
  readonly daemon: ScriptedDaemon;
  readonly holder: LeaseHolder;
  readonly losses: LeasesLost[];
  /** What the daemon says is held. */
  held: string[];
  /** The result of the next acquire or release; `undefined`: no answer. */
  result: number | undefined;
  /** Says something on the holder's connection that nobody asked for. */
  say(bytes: Uint8Array): void;
  hangUp(): void;
}

async function scene(): Promise<Scene> {
  const state: { held: string[]; result: number | undefined } = { held: [], result: 0 };
  const losses: LeasesLost[] = [];
  const answerInquiry = (request: ReceivedRequest): Buffer => {
    const text = state.held.map((name) => `space:${name}:/leases:0:7`).join(" ");
    const body = text === "" ? Buffer.alloc(0) : Buffer.from(`${text}\0`);
    return reply(request, { body, data2: state.held.length });
  };
  const daemon = await scriptedDaemon((request) => {
    if (request.command === commands.register) return undefined;
    if (request.command === commands.inquire) return answerInquiry(request);
    return state.result === undefined ? undefined : reply(request, { result: state.result });
  });
  const holder = await createSanlock(daemon).register({ onLost: (loss) => losses.push(loss) });
  const socket = daemon.requests[0]?.socket;
  return Object.assign(state, {
    daemon,
    holder,
    losses,
    say: (bytes: Uint8Array) => void socket?.write(bytes),
    hangUp: () => void socket?.destroy(),
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  });
}

const lost = async ({ losses }: Scene): Promise<LeasesLost> => {
  while (losses.length === 0) await new Promise(setImmediate);
  return losses[0] as LeasesLost;
};

test("registering is confirmed by the first question, which is about this connection", async () => {
  await using world = await scene();
  assert.deepEqual(
    world.daemon.requests.map(({ command, data2 }) => [command, data2]),
    [
      [commands.register, 0],
      [commands.inquire, 0xffffffff],
    ],
  );
});

test("a daemon that does not know the process after it registered is an error, and no loss", async () => {
  await using daemon = await scriptedDaemon((request) =>
    request.command === commands.register ? undefined : reply(request, { result: -16 }),
  );
  const losses: LeasesLost[] = [];
  await assert.rejects(createSanlock(daemon).register({ onLost: (loss) => losses.push(loss) }), { codeName: "EBUSY" });
  assert.deepEqual(losses, []);
});

test("what was acquired is told with its version, as the daemon has it", async () => {
  await using world = await scene();
  world.held = ["SDM"];
  assert.deepEqual(await world.holder.acquire([lease("SDM")], { waitForDeadOwner: false, withValue: true }), {
    is: "acquired",
    leases: [{ lockspace: "space", name: "SDM", places: [{ path: "/leases", offsetBytes: 0 }], version: 7 }],
  });
  const acquire = world.daemon.requests.find(({ command }) => command === commands.acquire);
  assert.deepEqual(
    [acquire?.flags, acquire?.data, acquire?.data2, acquire?.body.length],
    [9, 1, 0xffffffff, 1168 + 56],
  );
  assert.deepEqual(world.holder.mayHold, named("SDM"));
});

test("each refusal of sanlock is an answer, and nothing is held after it", async () => {
  await using world = await scene();
  const because: unknown[] = [];
  for (const result of [-243, -244, -245, -246, -247, -212, -213, -240, -17, -11, -16]) {
    world.result = result;
    const outcome = await world.holder.acquire([lease("SDM")]);
    because.push(outcome.is === "refused" && outcome.because);
  }
  assert.deepEqual(because, [
    ...Array.from({ length: 7 }, () => "held-by-another-host"),
    "another-version",
    "held-on-this-host",
    "not-now",
    "not-now",
  ]);
  assert.deepEqual(world.holder.mayHold, []);
});

test("a failed acquire takes nothing away that was held before", async () => {
  await using world = await scene();
  world.held = ["SDM"];
  await world.holder.acquire([lease("SDM")]);
  world.result = -17;
  await world.holder.acquire([lease("SDM")]);
  world.result = -28;
  await assert.rejects(world.holder.acquire([lease("volume")]), { codeName: "ENOSPC" });
  assert.deepEqual(world.holder.mayHold, named("SDM"));
});

test("losing the connection tells what was held and what was being acquired, then those who wait", async () => {
  await using world = await scene();
  world.held = ["SDM"];
  await world.holder.acquire([lease("SDM")]);
  world.result = undefined;
  const order: string[] = [];
  const note = (error: Error): number => order.push(`${error.name} after ${world.losses.length} loss`);
  const waiting = world.holder.acquire([lease("volume")]).catch(note);
  const behind = world.holder.inquire().catch(note);
  while (!world.daemon.requests.some(({ body }) => body.includes("volume"))) await new Promise(setImmediate);
  world.hangUp();
  const loss = await lost(world);
  assert.deepEqual(loss.mayHaveHeld, named("SDM", "volume"));
  await Promise.all([waiting, behind]);
  assert.deepEqual(order, Array(2).fill("SanlockConnectionLost after 1 loss"));
  assert.equal(world.losses.length, 1);
  await assert.rejects(world.holder.acquire([lease("SDM")]), { name: "SanlockConnectionLost" });
});

test("bytes that nobody asked for, or that are not sanlock's, are a loss too", async () => {
  for (const bytes of [reply({ command: commands.inquire }), Buffer.alloc(32)]) {
    await using world = await scene();
    world.say(bytes);
    assert.equal((await lost(world)).cause.name, "SanlockProtocolError");
  }
});

test("an answer to another question ends the connection instead of being taken for this one", async () => {
  await using world = await scene();
  world.result = undefined;
  const waiting = world.holder.acquire([lease("SDM")]);
  while (world.daemon.requests.length < 3) await new Promise(setImmediate);
  world.say(reply({ command: commands.release }));
  await assert.rejects(waiting, { name: "SanlockProtocolError" });
  assert.deepEqual((await lost(world)).mayHaveHeld, named("SDM"));
});

test("who stops waiting leaves the acquiring under way: what comes of it is counted as held", async () => {
  await using world = await scene();
  world.result = undefined;
  world.held = ["SDM"];
  await assert.rejects(world.holder.acquire([lease("SDM")], { timeoutMs: 20 }), { name: "DeadlineExceeded" });
  assert.deepEqual(world.holder.mayHold, named("SDM"));
  const later = world.holder.inquire();
  world.say(reply({ command: commands.acquire }));
  assert.deepEqual(
    (await later).map(({ name, version }) => [name, version]),
    [["SDM", 7]],
  );
});

test("a question whose time is up before its turn is never asked", async () => {
  await using world = await scene();
  world.result = undefined;
  const first = world.holder.acquire([lease("SDM")]).catch(() => undefined);
  await assert.rejects(world.holder.release([lease("other")], { timeoutMs: 20 }), { name: "DeadlineExceeded" });
  world.result = 0;
  world.say(reply({ command: commands.acquire }));
  await first;
  await world.holder.inquire();
  assert.ok(!world.daemon.requests.some(({ command }) => command === commands.release));
});

test("more than eight leases are released in parts, and never acquired at once", async () => {
  await using world = await scene();
  const many = Array.from({ length: 9 }, (_, index) => lease(`v${index}`));
  await world.holder.release(many);
  assert.deepEqual(
    world.daemon.requests.filter(({ command }) => command === commands.release).map(({ data }) => data),
    [8, 1],
  );
  await assert.rejects(world.holder.acquire(many), { name: "CannotEncode" });
  await assert.rejects(world.holder.acquire([]), { name: "CannotEncode" });
});

test("a release that failed leaves what the daemon says is left", async () => {
  await using world = await scene();
  world.held = ["one", "two"];
  await world.holder.acquire([lease("one"), lease("two")]);
  world.held = ["two"];
  world.result = -220;
  await assert.rejects(world.holder.release([lease("one"), lease("two")]), { codeName: "SANLK_LEADER_READ" });
  assert.deepEqual(world.holder.mayHold, named("two"));
});

test("closing gives everything back first, and is no loss", async () => {
  await using world = await scene();
  world.held = ["SDM"];
  await world.holder.acquire([lease("SDM")]);
  await world.holder.close();
  await world.holder.close();
  assert.equal(world.daemon.requests.at(-1)?.command, commands.release);
  assert.deepEqual(world.losses, []);
  await assert.rejects(world.holder.inquire(), { name: "SanlockConnectionLost" });
});
