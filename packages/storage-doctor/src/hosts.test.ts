import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeHosts, watchHosts, whoIsAtWork } from "@yagura/storage-doctor";
import type { SanlockHostRecord } from "@yagura/storage-format";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { domainId } from "../test/make-domain.ts";

function host(hostId: number, differs: Partial<SanlockHostRecord> = {}): SanlockHostRecord {
  return {
    hostId,
    lockspace: domainId,
    hostName: `host-${hostId}`,
    generation: 1,
    timestampSeconds: 100,
    ioTimeoutSeconds: 2,
    ...differs,
  };
}

const conditions = (looks: Parameters<typeof judgeHosts>[0]): string[] =>
  judgeHosts(looks).map(({ condition }) => condition);

test("one look tells members from those who left, and no more", () => {
  assert.deepEqual(conditions([{ atSeconds: 0, hosts: [host(1), host(2, { timestampSeconds: 0 })] }]), [
    "unseen",
    "left",
  ]);
});

test("who renews, joins or joins anew is alive", () => {
  const before = { atSeconds: 0, hosts: [host(1), host(2)] };
  const after = { atSeconds: 3, hosts: [host(1, { timestampSeconds: 104 }), host(2, { generation: 2 }), host(3)] };
  assert.deepEqual(conditions([before, after]), ["alive", "alive", "alive"]);
});

test("who does not renew is silent after twice its interval, and dead only when its watchdog has fired", () => {
  const at = (atSeconds: number): string[] =>
    conditions([0, atSeconds].map((seconds) => ({ atSeconds: seconds, hosts: [host(1)] })));
  assert.deepEqual([at(7), at(8), at(75), at(76)].flat(), ["unseen", "silent", "silent", "dead"]);
});

test("looking ends as soon as all members have renewed", async () => {
  const clock = new FakeClock();
  let looks = 0;
  const watching = watchHosts(async () => [host(1, { timestampSeconds: looks++ < 3 ? 100 : 104 })], {
    clock,
    until: "seen",
  });
  assert.deepEqual(
    (await passing(clock, watching)).map(({ condition }) => condition),
    ["alive"],
  );
});

test("proof waits until a silent host is dead, and nobody waits where there is no member", async () => {
  const clock = new FakeClock();
  const waits: number[] = [];
  const options = { clock, until: "proof", onWait: (seconds: number) => void waits.push(seconds) } as const;
  const watching = watchHosts(async () => [host(1)], options);
  assert.deepEqual(
    (await passing(clock, watching)).map(({ condition }) => condition),
    ["dead"],
  );
  assert.deepEqual(waits, [76]);
  assert.deepEqual(await watchHosts(async () => [], options), []);
});

test("nothing is repaired while anybody may be at work", () => {
  const judged = (["left", "dead", "alive", "silent", "unseen"] as const).map((condition, index) => ({
    ...host(index + 1),
    condition,
  }));
  assert.deepEqual(whoIsAtWork({}, judged), [
    "host 3 (host-3) is using the domain",
    "host 4 (host-4) has joined the domain and may come back",
    "host 5 (host-5) has joined the domain",
  ]);
  assert.deepEqual(whoIsAtWork({ isLockedByAgent: true }, []), ["an agent of this machine is its SPM"]);
});

/** Lets time pass until the work has ended. */
async function passing<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let hasEnded = false;
  void work.finally(() => {
    hasEnded = true;
  });
  while (!hasEnded) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(clock.sleeping * 1000);
  }
  return work;
}
