import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import type { OpContext } from "../../context.ts";
import { openDatabase } from "../../db/open-database.ts";
import { listEvents } from "../../db/queries/events.ts";
import { transaction } from "../../db/transaction.ts";
import { announce } from "../../events/announce.ts";
import { forgetOldEvents } from "./forget-old-events.ts";

const DAY_MS = 24 * 60 * 60_000;

test("events are forgotten after thirty days, however many there are, and later ones are kept", async () => {
  const db = await openDatabase({ kind: "sqlite", path: ":memory:" });
  const clock = new FakeClock();
  const told = (count: number) =>
    transaction(db, async (tx) => {
      for (let number = 0; number < count; number++) await announce(tx, clock, { name: "managerStarted" });
    });
  await told(2500);
  await clock.advance(20 * DAY_MS);
  await told(3);
  await clock.advance(11 * DAY_MS);
  const context = { db, clock, signal: new AbortController().signal } as unknown as OpContext;
  assert.deepEqual(await forgetOldEvents().activate(context), { events: 2500 });
  assert.equal((await listEvents(db, {}, 10)).length, 3);
  assert.deepEqual(await forgetOldEvents().activate(context), { events: 0 });
  await db.destroy();
});
