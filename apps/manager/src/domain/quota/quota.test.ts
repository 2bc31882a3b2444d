import assert from "node:assert/strict";
import { test } from "node:test";
import type { DataCenterId } from "@yagura/std/ids.ts";
import { defaultQuota, limitProblems, type QuotaId, quotaProblems } from "./quota.ts";

const quota = defaultQuota("q" as QuotaId, "d" as DataCenterId);

test("a quota has a name of one word and limits in percent", () => {
  assert.deepEqual(quotaProblems(quota), []);
  for (const name of ["", "a b", "ü"]) assert.match(quotaProblems({ ...quota, name }).join(), /Quota name must be/);
  assert.match(quotaProblems({ ...quota, clusterSoftLimitPercent: 101 }).join(), /soft limit/);
  assert.match(quotaProblems({ ...quota, storageHardLimitPercent: -1 }).join(), /hard limit/);
});

test("a limit is of everything, or one each of several things", () => {
  assert.deepEqual(limitProblems(undefined, []), []);
  assert.deepEqual(limitProblems("a", ["b"]), []);
  assert.match(limitProblems("a", ["a"]).join(), /has a limit for it already/);
  assert.match(limitProblems(undefined, [undefined]).join(), /has a limit for it already/);
  assert.match(limitProblems("a", [undefined]).join(), /specific and general/);
  assert.match(limitProblems(undefined, ["a"]).join(), /specific and general/);
});
