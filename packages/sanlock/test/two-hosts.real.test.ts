// The client against real daemons: what it asks is understood, and what we believe of sanlock is true.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { whyNoSanlock } from "@yagura/lab/sanlock/start-sanlock.ts";
import { findLivingOwners, type LeaseHolder, type LeasesLost } from "@yagura/sanlock";
import { poll } from "@yagura/std/poll.ts";
import { geometry, holdElsewhere, ioTimeoutSeconds, type RealHosts, startRealHosts } from "./real-hosts.ts";

const unexpected = (loss: LeasesLost): never => assert.fail(loss.cause);

describe("two hosts with real sanlock daemons", { skip: await whyNoSanlock() }, () => {
  let hosts: RealHosts;
  let onA: LeaseHolder;
  let onB: LeaseHolder;

  before(async () => {
    hosts = await startRealHosts();
    onA = await hosts.a.sanlock.register({ onLost: unexpected });
    onB = await hosts.b.sanlock.register({ onLost: unexpected });
  });
  after(async () => {
    await onA.close();
    await onB.close();
    await hosts[Symbol.asyncDispose]();
  });

  test("the daemon says what it is and what it knows", async () => {
    const { a } = hosts;
    assert.equal((await a.sanlock.readVersion()).protocol, 1);
    const status = await a.sanlock.readStatus();
    assert.equal(status.hostName, "host-a");
    assert.ok(status.clients.some(({ pid }) => pid === process.pid));
    assert.deepEqual(
      status.lockspaces.map(({ details, geometry: _, ...lockspace }) => [lockspace, details["io_timeout"]]),
      [[a.self, `${ioTimeoutSeconds}`]],
    );
  });

  test("a member of the lockspace is one, under its own id only", async () => {
    const { sanlock, self } = hosts.a;
    assert.equal(await sanlock.inquireLockspace(self), "joined");
    assert.equal(await sanlock.addLockspace(self), "already-joined");
    assert.equal(await sanlock.inquireLockspace({ ...self, hostId: 3 }), "not-joined");
    assert.deepEqual(await sanlock.listHosts("another"), { known: false, because: "not-joined" });
    assert.equal(await sanlock.removeLockspace({ ...self, name: "another" }, { onlyIfUnused: true }), "not-joined");
    const spaces = await sanlock.listLockspaces();
    assert.deepEqual(
      spaces.map(({ geometry: _, ...space }) => space),
      [self],
    );
    const stored = await sanlock.readLockspace(self);
    assert.deepEqual(stored, { ...self, geometry, ioTimeoutSeconds });
    assert.equal(await sanlock.readLockspace({ path: `${hosts.storage}/leases`, offsetBytes: 0 }), undefined);
  });

  test("one host gets the lease, the other is refused until it is given back", async () => {
    const sdm = await hosts.newLease("SDM");
    const place = { path: sdm.path, offsetBytes: sdm.offsetBytes };
    assert.deepEqual(await onA.acquire([sdm]), {
      is: "acquired",
      leases: [{ lockspace: sdm.lockspace, name: "SDM", places: [place], version: 1 }],
    });
    assert.deepEqual(await onB.acquire([sdm]), {
      is: "refused",
      because: "held-by-another-host",
      code: -243,
      codeName: "SANLK_ACQUIRE_IDLIVE",
    });
    const { lease, owners } = await hosts.b.sanlock.readLeaseOwners(sdm);
    assert.equal(lease.version, 1);
    assert.deepEqual(owners, [{ hostId: 1, generation: 1 }]);
    const known = await hosts.b.sanlock.listHosts(sdm.lockspace);
    assert.ok(known.known);
    assert.deepEqual(findLivingOwners(owners, known.hosts), owners);

    await onA.release([sdm]);
    assert.deepEqual(onA.mayHold, []);
    const taken = await onB.acquire([sdm]);
    assert.ok(taken.is === "acquired" && taken.leases[0]?.version === 2);
    await onB.release([sdm]);
    assert.deepEqual(await hosts.a.sanlock.readLease(place), {
      lockspace: sdm.lockspace,
      name: "SDM",
      version: 2,
      isShared: false,
      geometry,
    });
  });

  test("a lease that somebody else had in between is refused to whoever wants the old version", async () => {
    const lease = await hosts.newLease("versioned");
    await onA.acquire([lease]);
    await onA.release([lease]);
    await onB.acquire([lease]);
    await onB.release([lease]);
    const outcome = await onA.acquire([{ ...lease, version: 1 }]);
    assert.ok(outcome.is === "refused" && outcome.because === "another-version");
    assert.equal((await onA.acquire([{ ...lease, version: 2 }])).is, "acquired");
    await onA.release([lease]);
  });

  test("several leases are acquired together or not at all", async () => {
    const [one, two] = [await hosts.newLease("one"), await hosts.newLease("two")];
    await onB.acquire([two]);
    assert.equal((await onA.acquire([one, two])).is, "refused");
    assert.deepEqual(await onA.inquire(), []);
    await onB.release([two]);
    const both = await onA.acquire([one, two]);
    assert.deepEqual(both.is === "acquired" && both.leases.map(({ name }) => name), ["one", "two"]);
    await onA.release([one, two]);
    await assert.rejects(onA.release([one]), { name: "SanlockError" });
  });

  test("a shared lease has several holders, and keeps others from having it alone", async () => {
    const lease = await hosts.newLease("shared");
    const shared = await onA.acquire([{ ...lease, isShared: true }]);
    assert.ok(shared.is === "acquired" && shared.leases[0]?.version === undefined);
    assert.equal((await onB.acquire([{ ...lease, isShared: true }])).is, "acquired");
    await onB.release([lease]);
    const alone = await onB.acquire([lease]);
    assert.ok(alone.is === "refused" && alone.because === "not-now", JSON.stringify(alone));
    assert.equal((await hosts.b.sanlock.readLeaseOwners(lease)).lease.isShared, true);
    await onA.release([lease]);
  });

  test("the value of a lease goes from holder to holder", async () => {
    const lease = await hosts.newLease("valued");
    const text = new TextEncoder().encode("generation 7");
    await onA.acquire([lease], { withValue: true });
    await hosts.a.sanlock.setLeaseValue(lease, text);
    await onA.release([lease]);
    await onB.acquire([lease], { withValue: true });
    const value = await hosts.b.sanlock.getLeaseValue(lease);
    assert.deepEqual([value.length, value.subarray(0, text.length)], [512, text]);
    await onB.release([lease]);
    await assert.rejects(hosts.b.sanlock.getLeaseValue(lease), { codeName: "ENOENT" });
  });

  test("what is no lease, or of no lockspace of ours, cannot be acquired", async () => {
    const lease = await hosts.newLease("cleared");
    await hosts.a.sanlock.clearLease(lease, geometry);
    assert.equal(await hosts.a.sanlock.readLease(lease), undefined);
    await assert.rejects(onA.acquire([lease]), { codeName: "SANLK_LEADER_MAGIC" });
    await assert.rejects(onA.acquire([{ ...lease, lockspace: "another" }]), { codeName: "ENOSPC" });
    await assert.rejects(onA.acquire([{ ...lease, path: "/nowhere" }]), { name: "SanlockError" });
    assert.deepEqual(onA.mayHold, []);
  });

  test("the lease of a killed process is free at once, for its own host and others", async () => {
    const lease = await hosts.newLease("of-a-process");
    using holder = await holdElsewhere(hosts.a, lease);
    assert.equal(holder.version, 1);
    assert.equal((await onB.acquire([lease])).is, "refused");
    const here = await onA.acquire([lease]);
    assert.ok(here.is === "refused" && here.because === "held-on-this-host");
    holder.process.kill("SIGKILL");
    await poll("host b to get it", async () => (await onB.acquire([lease])).is === "acquired", { timeoutMs: 20_000 });
    await onB.release([lease]);
  });

  test("a holder who is asked through the storage to let go is ended by its own daemon", async () => {
    const lease = await hosts.newLease("asked-for");
    using holder = await holdElsewhere(hosts.a, lease);
    await hosts.b.sanlock.requestLease({ ...lease, version: "next", force: "graceful" });
    assert.equal(await holder.ended, "SIGTERM");
    await poll("host b to get it", async () => (await onB.acquire([lease])).is === "acquired", { timeoutMs: 20_000 });
    await onB.release([lease]);
  });

  test("an event reaches the host it is for, with its sender", async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    await using subscription = await hosts.a.sanlock.watchHostEvents(hosts.a.self.name, resolve);
    const event = { hostId: 1, generation: 0, event: 1n << 63n, data: 7n };
    await hosts.b.sanlock.setHostEvent(hosts.b.self.name, event);
    assert.deepEqual(await promise, { ...event, from: { hostId: 2, generation: 1 } });
    await subscription.close();
    assert.equal(await subscription.ended, undefined);
    await assert.rejects(hosts.a.sanlock.watchHostEvents("another", resolve), { codeName: "ENOENT" });
  });

  test("the daemon can be told how to stop us", async () => {
    await onA.restrict("sigkill");
    await onA.setKillPath({ path: "/bin/false", args: "", withPid: true });
  });

  test("a lockspace in use is left only by force, which kills whoever uses it", async () => {
    const { a, b } = hosts;
    const lease = await hosts.newLease("in-the-way");
    await onB.close(); // Or this process would be killed too, if a test above left it a lease.
    using holder = await holdElsewhere(b, lease);
    assert.equal(await b.sanlock.removeLockspace(b.self, { onlyIfUnused: true }), "in-use");
    assert.equal(await b.sanlock.removeLockspace(b.self, { onlyIfUnused: false }), "left");
    assert.equal(await holder.ended, "SIGKILL");
    await poll(
      "host a to see that host id 2 is free",
      async () => {
        const answer = await a.sanlock.listHosts(a.self.name, { hostId: 2 });
        return answer.known && answer.hosts[0]?.status === "free";
      },
      { timeoutMs: 20_000 },
    );
  });

  test("when the daemon dies, its holder is told what may be lost, before anybody who waits", async () => {
    const { daemon, sanlock } = hosts.a;
    const lease = await hosts.newLease("lost");
    await onA.close();
    const told: unknown[] = [];
    const holder = await sanlock.register({ onLost: ({ mayHaveHeld }) => told.push(mayHaveHeld) });
    await holder.acquire([lease]);
    daemon.setRunning(false);
    const waiting = holder.inquire().catch((error: Error) => told.push(error.name));
    await daemon.kill();
    await waiting;
    assert.deepEqual(told, [[{ lockspace: lease.lockspace, name: lease.name }], "SanlockConnectionLost"]);
    await assert.rejects(holder.inquire(), { name: "SanlockConnectionLost" });
    await assert.rejects(sanlock.readVersion(), { name: "CannotReachSanlock" });
  });
});
