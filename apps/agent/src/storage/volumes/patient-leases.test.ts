import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { StorageError } from "../errors.ts";
import { noVolumeLeases, type VolumeLeases } from "../leases/volume-leases.ts";
import { patientLeases } from "./patient-leases.ts";

const { signal } = new AbortController();

/** Taken for the first so many attempts. */
function takenFor(attempts: number): VolumeLeases {
  let left = attempts;
  return {
    ...noVolumeLeases,
    async hold(_, work) {
      if (left-- > 0) throw new StorageError("AcquireLockFailure", "held by a dead host");
      return work();
    },
  };
}

async function hold(leases: VolumeLeases, seconds: number, work: () => Promise<string>): Promise<string> {
  const clock = new FakeClock();
  const held = patientLeases(leases, clock, signal).hold([], work);
  const settled = held.catch(() => undefined);
  for (let at = 0; at < seconds * 2; at++) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(500);
  }
  await settled;
  return held;
}

test("a lease of a host that is about to be known dead is waited for", async () => {
  assert.equal(await hold(takenFor(45), 60, async () => "done"), "done");
});

test("a lease that somebody alive holds is not waited for without an end", async () => {
  await assert.rejects(
    hold(takenFor(1000), 60, async () => "done"),
    { code: 651 },
  );
});

test("work that began is never done twice", async () => {
  let times = 0;
  const failing = async (): Promise<string> => {
    times++;
    throw new StorageError("AcquireLockFailure", "another lease, inside");
  };
  await assert.rejects(hold(takenFor(0), 60, failing), { code: 651 });
  assert.equal(times, 1);
});
