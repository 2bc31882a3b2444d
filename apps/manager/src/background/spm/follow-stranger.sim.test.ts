import assert from "node:assert/strict";
import { test } from "node:test";
import type { DataCenterId, HostId } from "@yagura/std/ids.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import type { OpContext } from "../../context.ts";
import { openDatabase } from "../../db/open-database.ts";
import { listEvents } from "../../db/queries/events.ts";
import type { DataCenter } from "../../domain/data-center/data-center.ts";
import type { HostView, Lease } from "../../spm/pool-view.ts";
import { followStranger } from "./follow-stranger.ts";
import { SpmMemory } from "./spm-memory.ts";

const dataCenter = { id: "d" as DataCenterId, name: "dc", ioTimeoutSeconds: 10 } as DataCenter;

test("a host that is none of the data center and keeps its lease alive is told once, and when it is over", async () => {
  await using db = await openDatabase({ kind: "sqlite", path: ":memory:" });
  const clock = new FakeClock();
  const context = { db, clock } as unknown as OpContext;
  const memory = new SpmMemory();
  const look = async (lease?: Lease) => {
    const one: HostView = {
      id: "a" as HostId,
      name: "a",
      number: 1,
      state: "up",
      spmPriority: 5,
      role: "free",
      readsMaster: true,
      ...(lease !== undefined && { lease }),
    };
    return followStranger(context, memory, dataCenter, [one]);
  };
  const told = async () =>
    (await listEvents(db, {}, 10)).map(({ code, description }) => [code, description.split(",")[0]]).toReversed();

  assert.equal(await look({ holder: 1, version: 3 }), undefined);
  const taken: Lease = { holder: 77, version: 4 };
  assert.equal((await look(taken))?.number, 77);
  // One that died has lost it by then.
  await clock.advance(140_000);
  await look(taken);
  assert.deepEqual(await told(), []);
  await clock.advance(1000);
  for (let looks = 0; looks < 3; looks++) await look(taken);
  const alarm = [1_000_104, "The storage of data center dc is managed by host number 77"];
  assert.deepEqual(await told(), [alarm]);
  assert.equal((await look())?.number, 77, "storage that nobody can read tells nothing new");
  await look({ holder: "none", version: 4 });
  await look({ holder: 1, version: 5 });
  assert.deepEqual(await told(), [
    alarm,
    [1_000_105, "The storage of data center dc is not managed by host number 77 any more."],
  ]);
});
