import assert from "node:assert/strict";
import { test } from "node:test";
import { newId, type StorageDomainId } from "@yagura/std/ids.ts";
import { WorkPlaces } from "./work-places.ts";

const [dead, other] = [newId<StorageDomainId>(), newId<StorageDomainId>()].map((domainId) => ({ domainId }));
assert.ok(dead !== undefined && other !== undefined);
const onDead = [dead];
const onOther = [other];
const onBoth = [dead, other];
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("so many work on a domain at once, and the others in order of arrival when one has ended, well or not", async () => {
  const places = new WorkPlaces(2);
  const said: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<void>>();
  const work = (name: string): Promise<void> =>
    places.run(onOther, () => {
      said.push(name);
      const end = Promise.withResolvers<void>();
      ends.set(name, end);
      return end.promise;
    });
  const all = ["a", "b", "c", "d"].map(work);
  assert.deepEqual(said, ["a", "b"]);
  ends.get("b")?.reject(new Error("b failed"));
  await assert.rejects(all[1] ?? Promise.resolve(), /b failed/);
  assert.deepEqual(said, ["a", "b", "c"]);
  ends.get("a")?.resolve();
  ends.get("c")?.resolve();
  await settle();
  assert.deepEqual(said, ["a", "b", "c", "d"]);
  ends.get("d")?.resolve();
  await Promise.allSettled(all);
  assert.equal(await places.run(onOther, async () => "again"), "again");
});

test("work that hangs on one domain takes no place of another's, nor of work on both, nor of a pool's", async () => {
  const places = new WorkPlaces(2);
  const hang = Promise.withResolvers<void>();
  const hanging = [1, 2, 3].map(() => places.run(onDead, () => hang.promise));
  const done = await Promise.all([onOther, onBoth, []].map((on) => places.run(on, async () => on.length)));
  assert.deepEqual(done, [1, 2, 0]);
  hang.resolve();
  await Promise.all(hanging);
});
