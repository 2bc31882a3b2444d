import assert from "node:assert/strict";
import { test } from "node:test";
import { listEvents } from "../../db/queries/events.ts";
import { OperationRefused } from "../../domain/errors.ts";
import { done, until } from "../../manager.fixture.ts";
import { removeHost } from "../../operations/hosts/remove-host.ts";
import { selectSpm } from "../../operations/hosts/select-spm.ts";
import { updateHost } from "../../operations/hosts/update-host.ts";
import { threeHosts } from "./three-hosts.fixture.ts";

test("the role moves to the host that was asked for within two seconds, in a new epoch, and nobody is alarmed", async () => {
  await using pool = await threeHosts();
  const { system } = pool.world;
  await pool.untilSpm("one");
  const before = await pool.read();
  const askedAtMs = performance.now();
  await selectSpm(system, pool.idOf("two"));
  await pool.untilSpm("two");
  assert.ok(performance.now() - askedAtMs < 2000, `it took ${performance.now() - askedAtMs} ms`);
  const now = await pool.read();
  assert.equal(now.spmEpoch, (before.spmEpoch ?? 0) + 1);
  assert.equal(now.spmWishId, undefined);
  assert.match(now.spmReason ?? "", /asked for it/);
  assert.deepEqual(pool.claimants(), ["two"]);
  await done(pool.addDisk("after"));
  const codes = (await listEvents(system.db, {}, 1000)).map(({ code }) => code);
  for (const code of [1_000_002, 993, 204]) assert.ok(codes.includes(code), `event ${code} of ${codes.join()}`);
  for (const code of [979, 986]) assert.ok(!codes.includes(code), `no event ${code}`);
});

test("a move waits for the work that the SPM has begun, and a disk that is being made does not notice", async () => {
  await using pool = await threeHosts();
  await pool.untilSpm("one");
  const { ended } = await pool.addDisk("busy");
  await selectSpm(pool.world.system, pool.idOf("three"));
  assert.deepEqual(await ended, { do: "end", outcome: "succeeded" });
  await pool.untilSpm("three");
});

test("a host that cannot be SPM is not made it by asking, and one that is SPM is not removed", async () => {
  await using pool = await threeHosts(["one", "two"]);
  const { system } = pool.world;
  await pool.untilSpm("one");
  await updateHost(system, { hostId: pool.idOf("two"), spmPriority: -1 });
  await assert.rejects(selectSpm(system, pool.idOf("two")), OperationRefused);
  await assert.rejects(removeHost(system, pool.idOf("one")), OperationRefused);
  assert.equal(await pool.spm(), "one");
});

test("a better priority moves nothing; the priority -1 of the SPM gives the role to another host", async () => {
  await using pool = await threeHosts(["one", "two"]);
  const { system } = pool.world;
  await pool.untilSpm("one");
  await updateHost(system, { hostId: pool.idOf("two"), spmPriority: 10 });
  await done(pool.addDisk("in between"));
  assert.equal(await pool.spm(), "one");
  await updateHost(system, { hostId: pool.idOf("one"), spmPriority: -1 });
  await pool.untilSpm("two");
});

test("an agent that is killed costs a moment: another host takes the role at once, without a lease to wait for", async () => {
  await using pool = await threeHosts(["one", "two"]);
  await pool.untilSpm("one");
  const { ended } = await pool.addDisk("interrupted");
  await pool.host("one").restart();
  assert.deepEqual(await ended, { do: "end", outcome: "succeeded" });
  await until("one SPM", async () => pool.claimants().length === 1 && (await pool.spm()) === pool.claimants()[0]);
});
