import assert from "node:assert/strict";
import { test } from "node:test";
import { OwnerWatch } from "./watch-owner.ts";

const owner = { hostId: 1, generation: 3 };
const sight = (timestampSeconds: number, differs = {}) =>
  ({ hostId: 1, generation: 3, timestampSeconds, status: "live", ...differs }) as const;

test("an owner is alive when it was seen to renew twice", () => {
  const watch = new OwnerWatch();
  assert.deepEqual(
    [10, 10, 14, 14, 18].map((seconds) => watch.see(owner, sight(seconds))),
    [false, false, false, false, true],
  );
});

test("an owner that fell silent after its last renewal was read does not count as alive", () => {
  const watch = new OwnerWatch();
  assert.deepEqual(
    [10, 14, 14, 14].map((seconds) => watch.see(owner, sight(seconds))),
    [false, false, false, false],
  );
});

test("renewals of somebody else, of a later time, or of a host that is failing prove nothing", () => {
  const watch = new OwnerWatch();
  for (const seconds of [10, 14, 18, 22]) {
    assert.equal(watch.see(owner, sight(seconds, { generation: 4 })), false);
    assert.equal(watch.see(owner, sight(seconds, { status: "failing" })), false);
    assert.equal(watch.see(owner, undefined), false);
  }
});

test("when another host becomes the owner, counting begins anew", () => {
  const watch = new OwnerWatch();
  const other = { hostId: 2, generation: 1 };
  const seen = [
    watch.see(owner, sight(10)),
    watch.see(owner, sight(14)),
    watch.see(other, sight(90, other)),
    watch.see(other, sight(94, other)),
    watch.see(other, sight(98, other)),
  ];
  assert.deepEqual(seen, [false, false, false, false, true]);
});
