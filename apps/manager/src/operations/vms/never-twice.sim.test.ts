import assert from "node:assert/strict";
import { test } from "node:test";
import { getHost } from "../../db/queries/hosts.ts";
import { transaction } from "../../db/transaction.ts";
import { OperationRefused } from "../../domain/errors.ts";
import { done, until } from "../../manager.fixture.ts";
import { confirmHostRebooted } from "./confirm-host-rebooted.ts";
import { idOf, sharedWorld } from "./shared-world.fixture.ts";
import { startVm } from "./start-vm.ts";

type Shared = Awaited<ReturnType<typeof sharedWorld>>;

const startOn = (shared: Shared, host: "one" | "two") =>
  startVm(shared.world.system, { vmId: shared.vm.id, onlyHosts: [idOf(shared[host])] });

const confirm = ({ world, one }: Shared) =>
  transaction(world.system.db, (tx) => confirmHostRebooted(tx, world.system.clock, idOf(one)));

const isUp = ({ world, one }: Shared) =>
  until("the host to be up", async () => (await getHost(world.system.db, idOf(one))).status === "up", 60_000);

test("of two starts at once on two hosts one is refused", async () => {
  await using shared = await sharedWorld();
  const attempts = await Promise.allSettled([done(startOn(shared, "one")), done(startOn(shared, "two"))]);
  assert.deepEqual(attempts.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  await shared.becomes("up");
  assert.equal(shared.guests(), 1);
});

test("a guest of a lost host is started elsewhere after somebody has confirmed its reboot, and not before", async () => {
  await using shared = await sharedWorld({ hurry: 8 });
  const { world, one, two, run, becomes, lost, guests, codes } = shared;
  await done(startOn(shared, "one"));
  await becomes("up");
  await assert.rejects(confirm(shared), OperationRefused, "a host that answers tells by itself");
  assert.equal((await run()).status, "up");
  // Its network is gone; the guest lives on.
  one.silence();
  await lost(one);
  await assert.rejects(startOn(shared, "two"), OperationRefused);
  await world.reopen();
  await assert.rejects(startOn(shared, "two"), OperationRefused);

  await one.powerOff();
  assert.deepEqual(await confirm(shared), [shared.vm.id]);
  assert.deepEqual([(await run()).status, (await run()).hostId], ["down", undefined]);
  await until(
    "the other host to manage the storage",
    async () => (await startOn(shared, "two").catch(() => undefined)) !== undefined,
    60_000,
  );
  await becomes("up");
  one.speak();
  await one.powerOn();
  await isUp(shared);
  assert.equal(guests(), 1);
  assert.equal((await run()).hostId, idOf(two));
  assert.ok((await codes()).includes(143));
});

test("a start that waits for a lost host ends when its reboot is confirmed, and is not done late", async () => {
  await using shared = await sharedWorld({ hurry: 8 });
  const { one, becomes, lost, guests, creates } = shared;
  await one.powerOff();
  const waiting = await startOn(shared, "one");
  await assert.rejects(startOn(shared, "two"), OperationRefused);
  await lost(one);
  await assert.rejects(startOn(shared, "two"), OperationRefused);
  await confirm(shared);
  assert.equal((await waiting.ended)?.outcome, "failed");
  await done(startOn(shared, "two"));
  await becomes("up");
  await one.powerOn();
  await isUp(shared);
  assert.deepEqual([guests(), creates(one)], [1, 0]);
});

test("a host that carries a start out late, after the Manager was restarted, has the guest once, and nobody else has it", async () => {
  await using shared = await sharedWorld();
  const { world, one, run, becomes, guests } = shared;
  one.silence();
  await startOn(shared, "one");
  await world.reopen();
  await assert.rejects(startOn(shared, "two"), OperationRefused);
  one.speak();
  await becomes("up");
  assert.equal(guests(), 1);
  assert.equal((await run()).hostId, idOf(one));
});

test("a Manager that ends while a host starts a guest finds it by looking, and asks for no second one", async () => {
  await using shared = await sharedWorld();
  const { world, one, becomes, guests, creates } = shared;
  await startOn(shared, "one");
  await until("the host to be asked", async () => creates(one) === 1);
  await world.reopen();
  await becomes("up");
  assert.deepEqual([guests(), creates(one)], [1, 1]);
});

test("a host whose agent starts again while it starts a guest is asked what became of it", async () => {
  await using shared = await sharedWorld();
  const { one, becomes, guests } = shared;
  const started = await startOn(shared, "one");
  await until("the host to be asked", async () => shared.creates(one) === 1);
  await one.restart();
  await becomes("up");
  assert.equal((await started.ended)?.outcome, "succeeded");
  assert.equal(guests(), 1);
});
