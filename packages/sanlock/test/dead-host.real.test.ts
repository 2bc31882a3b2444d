// What time does: 8 io_timeouts until a silent host's leases count as lost, 60 s more until it counts as dead.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startSanlock, whyNoSanlock } from "@yagura/lab/sanlock/start-sanlock.ts";
import { createSanlock, findLivingOwners } from "@yagura/sanlock";
import { poll } from "@yagura/std/poll.ts";
import { holdElsewhere, ioTimeoutSeconds, type RealHosts, startRealHosts } from "./real-hosts.ts";

const failSeconds = 8 * ioTimeoutSeconds;
const deadSeconds = failSeconds + 60;
/** The dead man's last renewal may be a renewal interval old; the survivor looks as often. */
const renewalSeconds = 2 * ioTimeoutSeconds;

const skip = process.env["YAGURA_TEST_ALL"] === "1" ? await whyNoSanlock() : "takes 90 s; YAGURA_TEST_ALL=1 runs it";

describe("a host that falls silent", { skip, concurrency: true }, () => {
  let hosts: RealHosts;
  before(async () => {
    hosts = await startRealHosts();
  });
  after(() => hosts[Symbol.asyncDispose]());

  test("its lease is another's when it is dead, and not before", async () => {
    const { a, b } = hosts;
    const lease = await hosts.newLease("SDM");
    using holder = await holdElsewhere(a, lease);
    await using onB = await b.sanlock.register({ onLost: ({ cause }) => assert.fail(cause) });
    await a.daemon.kill();
    const begin = performance.now();
    assert.equal(await holder.ended, 3, "its process was told, and ended");

    const seen: string[] = [];
    const outcome = await poll(
      "host b to get the lease",
      async () => {
        const answer = await b.sanlock.listHosts(lease.lockspace, { hostId: 1 });
        assert.ok(answer.known);
        const status = answer.hosts[0]?.status ?? "";
        if (seen.at(-1) !== status) seen.push(status);
        const { owners } = await b.sanlock.readLeaseOwners(lease);
        assert.deepEqual(findLivingOwners(owners, answer.hosts), status === "dead" ? [] : owners);
        const outcome = await onB.acquire([lease], { waitForDeadOwner: false });
        return outcome.is === "acquired" && outcome;
      },
      { timeoutMs: 2 * deadSeconds * 1000, everyMs: 250 },
    );
    const seconds = (performance.now() - begin) / 1000;
    assert.deepEqual(seen, ["live", "failing", "dead"]);
    assert.equal(outcome.leases[0]?.version, 2);
    assert.ok(seconds > deadSeconds - renewalSeconds, `after ${seconds} s`);
    assert.ok(seconds < deadSeconds + 2 * renewalSeconds + 5, `after ${seconds} s`);
  });

  test("the host id of a living host cannot be had, which is known after the time of a dead one", async () => {
    await using third = await startSanlock(join(hosts.storage, "c"), "host-c");
    const self = { ...hosts.b.self };
    assert.equal(await createSanlock(third).addLockspace(self, { ioTimeoutSeconds }), "host-id-taken");
  });
});
