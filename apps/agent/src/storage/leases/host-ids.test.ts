import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type JoinOutcome,
  type LeaveOutcome,
  type Lockspace,
  type Membership,
  type Sanlock,
  SanlockError,
} from "@yagura/sanlock";
import { newId, type StorageDomainId } from "@yagura/std/ids.ts";
import { silentLog } from "@yagura/std/log.ts";
import { MiB } from "@yagura/std/units.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import type { DomainLeases } from "./domain-leases.ts";
import { HostIds } from "./host-ids.ts";

const domainId = newId<StorageDomainId>();
const otherId = newId<StorageDomainId>();

function leasesOf(id: StorageDomainId, ioTimeoutSeconds = 2): DomainLeases {
  const path = `/r/${id}/dom_md`;
  return {
    domainId: id,
    geometry: { sectorBytes: 512, alignmentBytes: MiB },
    ioTimeoutSeconds,
    lockspace: { name: id, path: `${path}/ids`, offsetBytes: 0 },
    sdm: { lockspace: id, name: "SDM", path: `${path}/leases`, offsetBytes: MiB },
    volume: () => assert.fail(),
  };
}

/** A daemon that remembers its lockspaces; a test says what differs. */
class Daemon {
  readonly joined = new Map<string, Lockspace & { readonly ioTimeoutSeconds: number }>();
  readonly log: string[] = [];
  join: (lockspace: Lockspace) => Promise<JoinOutcome> = async () => "joined";
  leave: () => LeaveOutcome | Promise<LeaveOutcome> = () => "left";

  get sanlock(): Sanlock {
    return {
      addLockspace: async (lockspace: Lockspace, { ioTimeoutSeconds = 10 } = {}) => {
        this.log.push(`join ${lockspace.hostId} with ${ioTimeoutSeconds} s`);
        const outcome = await this.join(lockspace);
        if (outcome === "joined") this.joined.set(lockspace.name, { ...lockspace, ioTimeoutSeconds });
        return outcome;
      },
      removeLockspace: async ({ name, hostId }: Lockspace) => {
        this.log.push(`leave ${hostId}`);
        const outcome = await this.leave();
        if (outcome === "left") this.joined.delete(name);
        return outcome;
      },
      listLockspaces: async () => [...this.joined.values()].map((one) => ({ ...one, geometry: undefined })),
      readLockspace: async ({ path }: { path: string }) => [...this.joined.values()].find((one) => one.path === path),
      inquireLockspace: async ({ name }: Lockspace): Promise<Membership> =>
        this.joined.has(name) ? "joined" : "not-joined",
    } as unknown as Sanlock;
  }
}

interface World extends AsyncDisposable {
  readonly daemon: Daemon;
  readonly clock: FakeClock;
  readonly hostIds: HostIds;
}

function world(): World {
  const [daemon, clock] = [new Daemon(), new FakeClock()];
  const hostIds = new HostIds({ sanlock: daemon.sanlock, clock, log: silentLog });
  return { daemon, clock, hostIds, [Symbol.asyncDispose]: () => hostIds.close() };
}

/** Lets everything run that need not wait for time. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a domain is joined in the background with the clock of its metadata, and left", async () => {
  await using here = world();
  const { daemon, hostIds } = here;
  hostIds.join(domainId, 7, async () => leasesOf(domainId));
  assert.equal(hostIds.isAcquired(domainId), false);
  await hostIds.wait(domainId);
  assert.equal(hostIds.isAcquired(domainId), true);
  hostIds.join(domainId, 7, async () => assert.fail());
  await hostIds.leave(domainId);
  assert.deepEqual(daemon.log, ["join 7 with 2 s", "leave 7"]);
  assert.equal(hostIds.isAcquired(domainId), false);
  await assert.rejects(hostIds.wait(domainId), { code: 661 });
});

test("a domain that no other host sees has no lockspace, and is acquired without a daemon", async () => {
  await using here = world();
  here.hostIds.join(domainId, 1, async () => undefined);
  await here.hostIds.wait(domainId);
  await here.hostIds.leave(domainId);
  assert.deepEqual(here.daemon.log, []);
});

test("storage that does not answer holds up nobody else", async () => {
  await using here = world();
  const { hostIds } = here;
  hostIds.join(domainId, 1, () => new Promise((_, reject) => setTimeout(() => reject(new Error("late")), 50)));
  hostIds.join(otherId, 1, async () => leasesOf(otherId));
  await hostIds.wait(otherId);
  assert.equal(hostIds.isAcquired(domainId), false);
});

test("what fails is tried again, and what was lost is acquired again", async () => {
  await using here = world();
  const { daemon, clock, hostIds } = here;
  let isAway = true;
  daemon.join = async () => {
    if (isAway) throw new SanlockError("join", -5);
    return "joined";
  };
  hostIds.join(domainId, 1, async () => leasesOf(domainId));
  await settle();
  assert.equal(hostIds.isAcquired(domainId), false);
  isAway = false;
  await clock.advance(5_000);
  await hostIds.wait(domainId);

  daemon.joined.clear();
  isAway = true;
  await clock.advance(5_000);
  await settle();
  assert.equal(hostIds.isAcquired(domainId), false);
  isAway = false;
  await clock.advance(5_000);
  await hostIds.wait(domainId);
  assert.equal(hostIds.isAcquired(domainId), true);
});

test("whoever waits hears after the longest time why there is no host id", async () => {
  await using here = world();
  const { daemon, clock, hostIds } = here;
  daemon.join = async () => "host-id-taken";
  hostIds.join(domainId, 3, async () => leasesOf(domainId, 10));
  await settle();
  const waiting = assert.rejects(hostIds.wait(domainId), (error: unknown) => {
    assert.ok(error instanceof Error);
    assert.deepEqual(
      [(error as { code?: unknown }).code, /180 s/.test(error.message), /host id 3/.test(String(error.cause))],
      [661, true, true],
    );
    return true;
  });
  await clock.advance(180_000);
  await waiting;
});

test("a membership under another number or with another clock is left first", async () => {
  await using here = world();
  const { daemon, hostIds } = here;
  daemon.joined.set(domainId, { ...leasesOf(domainId).lockspace, hostId: 9, ioTimeoutSeconds: 2 });
  hostIds.join(domainId, 1, async () => leasesOf(domainId));
  await hostIds.wait(domainId);
  await hostIds.close();
  hostIds.join(domainId, 1, async () => leasesOf(domainId, 5));
  await hostIds.wait(domainId);
  assert.deepEqual(daemon.log, ["leave 9", "join 1 with 2 s", "leave 1", "join 1 with 5 s"]);
});

test("the end of the agent leaves the memberships, and the next one finds them", async () => {
  await using here = world();
  const { daemon, hostIds } = here;
  hostIds.join(domainId, 1, async () => leasesOf(domainId));
  await hostIds.wait(domainId);
  await hostIds.close();
  assert.equal(daemon.joined.size, 1);
  daemon.join = async () => "already-joined";
  const next = new HostIds({ sanlock: daemon.sanlock, clock: here.clock, log: silentLog });
  next.join(domainId, 1, async () => leasesOf(domainId));
  await settle();
  assert.equal(next.isAcquired(domainId), false);
  await here.clock.advance(2_000);
  await next.wait(domainId);
  await next.close();
});

test("a membership that the agent before was about to leave is not taken for one, but joined anew", async () => {
  await using here = world();
  const { daemon, clock, hostIds } = here;
  daemon.joined.set(domainId, { ...leasesOf(domainId).lockspace, hostId: 1, ioTimeoutSeconds: 2 });
  daemon.join = async () => "already-joined";
  hostIds.join(domainId, 1, async () => leasesOf(domainId));
  await settle();
  daemon.joined.clear();
  daemon.join = async () => "joined";
  await clock.advance(2_000);
  await hostIds.wait(domainId);
  assert.deepEqual(daemon.log, ["join 1 with 2 s", "join 1 with 2 s"]);
});

test("a domain on which a lease is held is not left, and stays joined", async () => {
  await using here = world();
  const { daemon, hostIds } = here;
  hostIds.join(domainId, 1, async () => leasesOf(domainId));
  await hostIds.wait(domainId);
  daemon.leave = () => "in-use";
  daemon.join = async () => "already-joined";
  await assert.rejects(hostIds.leave(domainId), { code: 662 });
  await hostIds.wait(domainId);
  assert.equal(hostIds.isAcquired(domainId), true);
});

test("a domain that is being left is joined again when that is over, and nothing is acquired in it before", async () => {
  await using here = world();
  const { daemon, hostIds } = here;
  hostIds.join(domainId, 1, async () => leasesOf(domainId));
  await hostIds.wait(domainId);
  const leaving = Promise.withResolvers<LeaveOutcome>();
  daemon.leave = () => leaving.promise;
  hostIds.leaveSoon(domainId);
  hostIds.join(domainId, 1, async () => leasesOf(domainId));
  const joined = hostIds.wait(domainId).then(() => "joined");
  await settle();
  await assert.rejects(
    hostIds.acquireIn([domainId], async () => assert.fail("it was acquired")),
    { code: 661 },
  );
  assert.deepEqual(daemon.log, ["join 1 with 2 s", "leave 1"]);
  leaving.resolve("left");
  assert.equal(await joined, "joined");
  assert.deepEqual(daemon.log, ["join 1 with 2 s", "leave 1", "join 1 with 2 s"]);
  assert.equal(await hostIds.acquireIn([domainId], async () => "acquired"), "acquired");
});

test("a domain is not left while a lease in it is being acquired", async () => {
  await using here = world();
  const { daemon, hostIds } = here;
  for (const id of [domainId, otherId]) hostIds.join(id, 1, async () => leasesOf(id));
  for (const id of [domainId, otherId]) await hostIds.wait(id);
  const answer = Promise.withResolvers<string>();
  const acquired = hostIds.acquireIn([otherId, domainId], () => answer.promise);
  daemon.leave = () => "in-use";
  daemon.join = async () => "already-joined";
  const left = assert.rejects(hostIds.leave(domainId), { code: 662 });
  await settle();
  assert.equal(daemon.log.includes("leave 1"), false);
  answer.resolve("acquired");
  assert.equal(await acquired, "acquired");
  await left;
  assert.equal(daemon.log.includes("leave 1"), true);
});

test("whoever leaves a domain twice hears of the same end", async () => {
  await using here = world();
  const { daemon, hostIds } = here;
  hostIds.join(domainId, 1, async () => leasesOf(domainId));
  await hostIds.wait(domainId);
  const leaving = Promise.withResolvers<LeaveOutcome>();
  daemon.leave = () => leaving.promise;
  hostIds.leaveSoon(domainId);
  const second = hostIds.leave(domainId).then(() => daemon.joined.size);
  await settle();
  leaving.resolve("left");
  assert.equal(await second, 0);
});

test("a domain whose storage does not answer is left without waiting for it", async () => {
  await using here = world();
  here.hostIds.join(domainId, 1, () => new Promise(() => undefined));
  await here.hostIds.leave(domainId);
  assert.deepEqual([here.daemon.log, here.hostIds.list()], [[], []]);
});
