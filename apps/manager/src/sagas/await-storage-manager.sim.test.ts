import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Clock } from "@yagura/std/clock.ts";
import { type DiskId, parseId, type VolumeId } from "@yagura/std/ids.ts";
import { silentLog } from "@yagura/std/log.ts";
import { GiB } from "@yagura/std/units.ts";
import { updateDataCenter } from "../db/queries/data-centers.ts";
import { findDisk, getDisk, updateDisk } from "../db/queries/disks.ts";
import { listEvents } from "../db/queries/events.ts";
import { transaction } from "../db/transaction.ts";
import { isTransient } from "../hosts/agent-errors.ts";
import { type CreateDisk, createDisk } from "./create-disk.ts";
import type { SagaDeps } from "./deps.ts";
import { driveSaga } from "./engine/drive-saga.ts";
import { memoryJournal, runSaga } from "./engine/run-saga.ts";
import type { SagaDefinition } from "./engine/saga.ts";
import { removeDisk } from "./remove-disk.ts";
import { ids, type SagaWorld, sagaWorld } from "./saga-world.fixture.ts";

const common = { storageDomainId: ids.domain, capacityBytes: GiB, actualBytes: 0, createdAtMs: 0, isSparse: true };
const diskId = parseId<DiskId>("10000000-0000-4000-8000-000000000001");
const newDisk: CreateDisk = {
  dataCenterId: ids.dataCenter,
  plan: {
    disk: {
      ...common,
      id: diskId,
      name: "disk",
      description: "",
      status: "locked",
      format: "raw",
      isShareable: false,
      wipeAfterDelete: false,
      propagateErrors: false,
      backup: "none",
      contentType: "data",
    },
    volume: {
      ...common,
      id: parseId<VolumeId>("40000000-0000-4000-8000-000000000001"),
      diskId,
      format: "raw",
      isLeaf: true,
    },
  },
};

/** Sleeps at once, and is as late after it as it would have been. */
function leapingClock(): Clock {
  let elapsedMs = 0;
  return {
    nowMs: () => elapsedMs,
    monotonicMs: () => elapsedMs,
    async sleep(delayMs) {
      elapsedMs += delayMs;
      await setImmediate();
    },
  };
}

/** Nobody manages the storage. @returns how it ended, what was told meanwhile, and how long that took. */
async function drive<P>(
  { deps }: SagaWorld,
  definition: SagaDefinition<P, SagaDeps>,
  params: P,
  minutesUntilSpm?: number,
) {
  const clock = leapingClock();
  const { db } = deps;
  await transaction(db, (tx) => updateDataCenter(tx, ids.dataCenter, { spmHostId: null, status: "not_operational" }));
  const told: (string | undefined)[] = [];
  const wake = (): void => {
    if (clock.monotonicMs() < (minutesUntilSpm ?? Number.POSITIVE_INFINITY) * 60_000) return;
    void transaction(db, (tx) => updateDataCenter(tx, ids.dataCenter, { spmHostId: ids.host, status: "up" }));
  };
  const end = await driveSaga({
    definition,
    params,
    deps: { ...deps, clock, wake },
    journal: memoryJournal(),
    correlationId: "test",
    clock,
    log: silentLog,
    signal: new AbortController().signal,
    isTransient,
    tellWait: async (what) => void (what !== told.at(-1) && told.push(what)),
  });
  return { end, told, minutes: Math.round(clock.monotonicMs() / 60_000) };
}

const waiting = "Waiting for a host to manage the storage of data center dc";
const inVain =
  "it has not become possible within 10 minutes: no host manages the storage of data center dc at the moment";

test("a disk for whose making no host manages the storage fails after ten minutes, and nothing is left of it", async () => {
  await using world = await sagaWorld();
  const { end, told, minutes } = await drive(world, createDisk, newDisk);
  assert.deepEqual(end, { do: "end", outcome: "failed", error: inVain });
  assert.deepEqual(told, [waiting]);
  assert.ok(minutes >= 10 && minutes <= 11, `${minutes} minutes`);
  assert.equal(await findDisk(world.db, diskId), undefined);
  assert.equal(world.host.calls.filter(({ verb }) => verb === "Volume.create").length, 0);
});

test("a disk is made when the storage has a manager again, and what it waited for is not shown any more", async () => {
  await using world = await sagaWorld();
  const { end, told } = await drive(world, createDisk, newDisk, 8);
  assert.deepEqual(end, { do: "end", outcome: "succeeded" });
  assert.deepEqual(told, [waiting, undefined]);
  assert.equal((await getDisk(world.db, diskId)).status, "ok");
});

test("a disk whose removal waited in vain is what it was", async () => {
  await using world = await sagaWorld();
  await runSaga(createDisk, newDisk, world.deps);
  const disk = await getDisk(world.db, diskId);
  // As whoever asks for it does, in the transaction in which the saga starts.
  await transaction(world.db, (tx) => updateDisk(tx, diskId, { status: "locked" }));
  const { end } = await drive(world, removeDisk, { disk, dataCenterId: ids.dataCenter });
  assert.equal(end.outcome, "failed");
  assert.deepEqual(await getDisk(world.db, diskId), disk);
  assert.deepEqual(await listEvents(world.db, {}, 10), [], "the end is told by whoever records it");
});
