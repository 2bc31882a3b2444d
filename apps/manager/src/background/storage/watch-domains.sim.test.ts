import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostId } from "@yagura/std/ids.ts";
import { listEvents } from "../../db/queries/events.ts";
import { getHost } from "../../db/queries/hosts.ts";
import { getStorageDomain } from "../../db/queries/storage-domains.ts";
import { done, until } from "../../manager.fixture.ts";
import { type ThreeHosts, threeHosts } from "../spm/three-hosts.fixture.ts";

test("a host that alone loses a domain cannot be used after the grace, says why, and is back by itself", async () => {
  await using pool = await threeHosts(undefined, { graceSeconds: 8 });
  const { db } = pool.world.system;
  const secondId = await pool.addDomain("second");
  await until("the second domain to be active", async () => (await getStorageDomain(db, secondId)).status === "active");
  pool.host("three").cutStorage(secondId);
  await until(
    "the host to be non operational",
    async () => (await pool.statusOf("three")) === "non_operational",
    60_000,
  );
  assert.match((await getHost(db, pool.idOf("three"))).statusReason ?? "", /second, which other hosts reach/);
  assert.equal((await getStorageDomain(db, secondId)).status, "active");
  assert.deepEqual([await pool.statusOf("one"), await pool.statusOf("two")], ["up", "up"]);
  const codes = (await listEvents(db, {}, 1000)).map(({ code }) => code);
  assert.ok(codes.includes(522));
  pool.host("three").restoreStorage(secondId);
  await until("the host to be up", async () => (await pool.statusOf("three")) === "up");
});

test("a domain that all hosts lose is inactive, they stay up, the others go on, and it is back by itself", async () => {
  await using pool = await threeHosts();
  const { db } = pool.world.system;
  const secondId = await pool.addDomain("second");
  const status = async () => (await getStorageDomain(db, secondId)).status;
  await until("the second domain to be active", async () => (await status()) === "active");
  for (const host of pool.hosts) host.cutStorage(secondId);
  await until("the domain to be inactive", async () => (await status()) === "inactive");
  assert.match(
    (await eventsOf(pool, 970)).join(),
    /None of the hosts .* can read it: there is no such storage domain\.$/,
  );
  await done(pool.addDisk("on the other"));
  for (const { hostName } of pool.hosts) assert.equal(await pool.statusOf(hostName), "up");
  assert.equal((await pool.read()).status, "up");
  for (const host of pool.hosts) host.restoreStorage(secondId);
  await until("the domain to be active", async () => (await status()) === "active");
});

test("a Manager that starts gives the hosts the time to answer before it says that nobody can", async () => {
  await using pool = await threeHosts();
  await pool.untilSpm("one");
  await pool.world.reopen();
  const { db } = pool.world.system;
  assert.equal((await getStorageDomain(db, pool.domainId)).status, "active");
  await pool.untilSpm("one");
  for (const { hostId } of pool.hosts) {
    const atMs = (await getHost(db, hostId as HostId)).lastSeenAtMs ?? 0;
    await until("the host to be heard", async () => ((await getHost(db, hostId as HostId)).lastSeenAtMs ?? 0) > atMs);
  }
  assert.deepEqual(await eventsOf(pool, 970), []);
  assert.equal((await getStorageDomain(db, pool.domainId)).status, "active");
});

test("a domain that all hosts lost for long is nobody's fault when one host sees it again before the others", async () => {
  await using pool = await threeHosts(undefined, { graceSeconds: 60 });
  const { db } = pool.world.system;
  const secondId = await pool.addDomain("second");
  const status = async () => (await getStorageDomain(db, secondId)).status;
  await until("the second domain to be active", async () => (await status()) === "active");
  for (const host of pool.hosts) host.cutStorage(secondId);
  const cutAtMs = Date.now();
  await until("the domain to be inactive", async () => (await status()) === "inactive");
  await until("the grace to be over", async () => Date.now() - cutAtMs > 17_000);
  pool.host("one").restoreStorage(secondId);
  await until("the domain to be active", async () => (await status()) === "active");
  for (const host of pool.hosts) host.restoreStorage(secondId);
  const atMs = Date.now();
  await until("all hosts to have told", async () =>
    (await Promise.all(pool.hosts.map(({ hostId }) => getHost(db, hostId as HostId)))).every(
      ({ lastSeenAtMs = 0 }) => lastSeenAtMs > atMs,
    ),
  );
  assert.deepEqual(await eventsOf(pool, 522), []);
  assert.equal(await pool.spm(), "one");
});

async function eventsOf({ world }: ThreeHosts, wanted: number): Promise<readonly string[]> {
  return (await listEvents(world.system.db, {}, 1000))
    .filter(({ code }) => code === wanted)
    .map(({ description }) => description);
}
