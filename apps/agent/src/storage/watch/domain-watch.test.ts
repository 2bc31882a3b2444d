import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { test } from "node:test";
import { poll } from "@yagura/std/poll.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { becomeSpm, domainId, storageWorld } from "../../../test/storage-world.ts";

test("a domain is looked at every ten seconds; one that is gone is not valid, and says since when", async () => {
  const clock = new FakeClock();
  await using world = await storageWorld({ clock });
  const { storage, storagePath } = world;
  await becomeSpm(storage, storagePath);
  await rm(`${storagePath}/${domainId}/dom_md/metadata`);
  await clock.advance(5_000);
  assert.deepEqual(
    [storage.vitals().get(domainId)?.isValid, storage.vitals().get(domainId)?.lastCheckSeconds],
    [true, 5],
  );
  await clock.advance(5_000);
  const vitals = await poll(
    "the next look",
    () => {
      const now = storage.vitals().get(domainId);
      return now?.isValid === false && now;
    },
    { timeoutMs: 5000, everyMs: 2 },
  );
  assert.deepEqual([vitals.code, vitals.lastCheckSeconds, vitals.version], [358, 0, 5]);
});
