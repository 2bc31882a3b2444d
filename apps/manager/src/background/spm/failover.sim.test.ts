import assert from "node:assert/strict";
import { test } from "node:test";
import { getDisk } from "../../db/queries/disks.ts";
import { listEvents } from "../../db/queries/events.ts";
import { done, until } from "../../manager.fixture.ts";
import { deactivateHost } from "../../operations/hosts/deactivate-host.ts";
import { updateHost } from "../../operations/hosts/update-host.ts";
import { leaseMs, threeHosts } from "./three-hosts.fixture.ts";

test("the SPM's host dies while a disk is made: another host becomes SPM, the disk is made, and nobody was asked", async () => {
  await using pool = await threeHosts();
  await pool.untilSpm("one");
  const before = await pool.read();
  await done(pool.addDisk("first"));
  const { disk, ended } = await pool.addDisk("second");
  await pool.host("one").powerOff();
  await until("another SPM", async () => ["two", "three"].includes((await pool.spm()) ?? ""));
  assert.deepEqual(await ended, { do: "end", outcome: "succeeded" });
  const now = await pool.read();
  assert.equal(now.status, "up");
  assert.equal(now.spmEpoch, (before.spmEpoch ?? 0) + 1);
  assert.match(now.spmReason ?? "", /one/);
  assert.equal((await getDisk(pool.world.system.db, disk.id)).status, "ok");
  assert.equal(pool.claimants().length, 1);
  const codes = (await listEvents(pool.world.system.db, {}, 1000)).map(({ code }) => code);
  for (const code of [204, 986]) assert.ok(codes.includes(code), `event ${code} of ${codes.join()}`);

  // The old one comes back, and is an ordinary host.
  await pool.host("one").powerOn();
  await until("the old SPM to be up", async () => (await pool.statusOf("one")) === "up");
  await done(pool.addDisk("third"));
  assert.equal((await pool.read()).spmEpoch, now.spmEpoch);
});

test("the Manager starts again while a successor contends: it is left alone, and no second one is asked", async () => {
  await using pool = await threeHosts();
  await pool.untilSpm("one");
  await pool.host("one").powerOff();
  await until("a contender", async () => (await pool.read()).spmContenderId !== undefined);
  const { ended } = await pool.addDisk("waiting");
  await pool.world.reopen();
  assert.equal(await ended, undefined);
  await until("another SPM", async () => ["two", "three"].includes((await pool.spm()) ?? ""));
  const starts = pool.hosts.flatMap(({ calls }) => calls.filter(({ verb }) => verb === "StoragePool.spmStart"));
  // One made the pool, one is the successor.
  assert.equal(starts.length, 2);
  const { db } = pool.world.system;
  await until("the disk to be made", async () => {
    const disks = await db.selectFrom("disks").select(["name", "status"]).execute();
    return disks.some(({ name, status }) => name === "waiting" && status === "ok");
  });
});

test("a Manager that is cut off from an SPM that lives moves nothing; its commands wait, and are done when it is back", async () => {
  await using pool = await threeHosts();
  await pool.untilSpm("one");
  const { spmEpoch } = await pool.read();
  pool.host("one").silence();
  await until("the Manager to notice", async () => (await pool.read()).spmHostId === undefined);
  const { ended } = await pool.addDisk("later");
  // Longer than the lease: it is renewed all the time.
  await until("a successor to be refused", async () => {
    const refused = await pool.world.system.db.selectFrom("dataCenters").select("spmReason").executeTakeFirst();
    return refused?.spmReason?.includes("signs of life") === true;
  });
  assert.deepEqual(pool.claimants(), ["one"]);
  pool.host("one").speak();
  await pool.untilSpm("one");
  assert.deepEqual(await ended, { do: "end", outcome: "succeeded" });
  assert.equal((await pool.read()).spmEpoch, spmEpoch);
});

test("storage that is cut for the SPM alone moves the role; cut for all, nothing moves and all is well when it is back", async () => {
  await using pool = await threeHosts();
  await pool.untilSpm("one");
  // What a new SPM saw of its storage before is not held against it; this one is none.
  const { db } = pool.world.system;
  await db.updateTable("dataCenters").set({ spmSinceMs: 0 }).execute();
  pool.host("one").cutStorage();
  await until("another SPM", async () => ["two", "three"].includes((await pool.spm()) ?? ""), 30_000);
  assert.equal(pool.claimants().length, 1);
  pool.host("one").restoreStorage();

  const spm = (await pool.spm()) ?? "";
  pool.storage.isFrozen = true;
  await until("the domain to be inactive", async () => {
    const rows = await pool.world.system.db.selectFrom("storageDomains").select("status").execute();
    return rows.every(({ status }) => status === "inactive");
  });
  assert.equal(await pool.statusOf(spm), "up");
  pool.storage.isFrozen = false;
  await until("the domain to be active", async () => {
    const rows = await pool.world.system.db.selectFrom("storageDomains").select("status").execute();
    return rows.every(({ status }) => status === "active");
  });
  await pool.untilSpm(spm, 30_000);
});

test("a host that goes into maintenance hands the role over first; the priority says to whom", async () => {
  await using pool = await threeHosts();
  await pool.untilSpm("one");
  await updateHost(pool.world.system, { hostId: pool.idOf("three"), spmPriority: 9 });
  const startedAtMs = performance.now();
  await deactivateHost(pool.world.system, pool.idOf("one"));
  await pool.untilSpm("three");
  assert.ok(performance.now() - startedAtMs < leaseMs, "between living hosts nobody waits for a lease");
  await until("maintenance", async () => (await pool.statusOf("one")) === "maintenance");
  assert.equal((await pool.read()).status, "up");
  await done(pool.addDisk("after"));
});
